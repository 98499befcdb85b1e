import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serving } from '../../generated/serving.ts';
import { program as sql } from '../../generated/sql/index.ts';
import { program as stream } from '../../generated/stream/index.ts';
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { bootstrapEngine } from '../../runtime/bootstrap/index.ts';
import {
  appendHistory,
  historyDecoder,
  historyFrontier,
  installSchema,
  trainingSet,
} from '../../runtime/history/index.ts';
import { importHistory } from '../../runtime/imports/index.ts';
import type { ImportOptions, ImportReport } from '../../runtime/imports/index.ts';
import { openQuery } from '../../runtime/imports/query-rows.ts';
import { Engine } from '../../runtime/index.ts';
import type { SourceRecord } from '../../runtime/index.ts';
import { Random } from '../support/random.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

const minute = 60_000_000;
/** Before the end of a month, so that rows lie in two. */
const t0 = Date.UTC(2026, 0, 31, 20) * 1000;
const iso = (us: number): string => formatInstant(us as Instant);

interface Flight {
  readonly scheduled_departure: number;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

const flights: readonly Flight[] = (() => {
  const random = new Random(5);
  return Array.from({ length: 400 }, (_, index) => ({
    scheduled_departure: t0 + index * minute,
    delay: random.between(-20, 90),
    distance: random.between(100, 3000),
    origin: random.pick(['ORD', 'LAX', 'MÜC']),
    destination: random.pick(['JFK', 'SFO']),
  }));
})();
const json = (flight: Flight): Record<string, unknown> => ({
  ...flight,
  scheduled_departure: iso(flight.scheduled_departure),
});
const ndjson = (rows: readonly object[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array): ImportOptions['from'] => {
  writeFileSync(join(folder, name), content);
  return { kind: 'file', path: join(folder, name) };
};

describe('an import', () => {
  let database: TestDatabase;
  let db: Kysely<unknown>;
  beforeEach(async () => {
    database = await testDatabase();
    db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
    await installSchema(db, sql);
  });
  afterEach(async () => {
    await database.end();
  });

  const run = async (
    options: Omit<ImportOptions, 'source'> & { readonly source?: string },
  ): Promise<ImportReport> =>
    await importHistory(database.pool, { stream, sql, serving }, { source: 'flights', ...options });
  const stored = async (table = 'flights'): Promise<readonly Record<string, unknown>[]> =>
    (
      await database.pool.query<Record<string, unknown>>(
        `select *, "skewless".us(_arrived_at)::float8 as at from history.${table} order by _topic, _epoch, _partition, _offset`,
      )
    ).rows;
  const log = (rows: readonly Flight[]): SourceRecord[] =>
    rows.map((flight, offset) => ({
      ...{
        source: 'flights',
        topic: 0,
        epoch: 0,
        partition: 0,
        offset,
        arrivedAt: flight.scheduled_departure,
      },
      value: json(flight),
    }));

  it('ranks rows by arrival, then by their place, whatever order they come in, in months that may be there', async () => {
    await appendHistory(database.pool, sql, log(flights.slice(399)).map(historyDecoder(stream)));
    const shuffled = flights.slice(0, 300).sort((a, b) => a.delay - b.delay);
    const twin = { ...flights[7]!, delay: 1 };
    const report = await run({ from: file('shuffled.ndjson', ndjson([...shuffled, twin].map(json))) });
    expect(report).toMatchObject({ import: 1, read: 301, stored: 301, refused: [], beyond: 0 });
    expect(report).toMatchObject({ first: t0, last: t0 + 299 * minute, logBegins: t0 + 399 * minute });
    const rows = await stored();
    expect(rows).toHaveLength(302);
    expect(rows.slice(0, 301).map(row => [row['_topic'], row['_epoch'], Number(row['_offset'])])).toEqual(
      Array.from({ length: 301 }, (_, offset) => [-1, 1, offset]),
    );
    const expected = [...flights.slice(0, 8), twin, ...flights.slice(8, 300)];
    expect(rows.slice(0, 301).map(row => [row['at'], Number(row['delay']), row['origin']])).toEqual(
      expected.map(flight => [flight.scheduled_departure, flight.delay, flight.origin]),
    );
    expect((await historyFrontier(db)).find(({ topic }) => topic === -1)).toMatchObject({
      ...{ epoch: 1, partition: 0, nextOffset: 301, arrivedAt: t0 + 299 * minute, completeUntil: Infinity },
    });
    // A month made by an import has all that one made by the archiver has.
    const { rows: indexes } = await database.pool.query<{ tablename: string; count: string }>(
      `select tablename, count(*) from pg_indexes where schemaname = 'history' and tablename like 'flights_y%' group by 1 order by 1`,
    );
    expect(indexes.map(({ tablename }) => tablename)).toEqual(['flights_y2026m01', 'flights_y2026m02']);
    expect(new Set(indexes.map(({ count }) => count)).size).toBe(1);
  });

  it('in order, or out of it late, ends the same: through months that are there and months that are not', async () => {
    const spread = Array.from({ length: 20_000 }, (_, index) => ({
      ...flights[index % 400]!,
      // Some rows at one instant, over seven months.
      scheduled_departure: t0 + Math.floor(index / 3) * 45 * minute,
    }));
    const middle = spread[10_000]!.scheduled_departure;
    const made = { ...flights[0]!, scheduled_departure: middle };
    await appendHistory(
      database.pool,
      sql,
      log([made])
        .map(historyDecoder(stream))
        .map(record => ({ ...record, topic: -1, epoch: 1 })),
    );
    const bad = { ...json(spread[50]!), delay: 'late' };
    const rows: object[] = [...spread.slice(0, 50).map(json), bad, ...spread.slice(50).map(json)];
    const sorted = await run({ from: file('sorted.ndjson', ndjson(rows)) });
    // The first of the second month comes last.
    const displaced = rows.findIndex(row => JSON.stringify(row).includes('2026-02'));
    const late = rows.filter((_, index) => index !== displaced);
    const unsorted = await run({
      from: file('unsorted.ndjson', ndjson([...late, rows[displaced]!])),
      overlap: true,
    });
    expect(sorted).toMatchObject({ import: 2, read: 20_001, stored: 20_000 });
    expect(unsorted).toMatchObject({ import: 3, read: 20_001, stored: 20_000, first: sorted.first });
    const of = async (epoch: number): Promise<unknown[]> =>
      (
        await database.pool.query({
          text: `select "skewless".us(_arrived_at)::float8, _offset::int, delay::int, origin from history.flights
                 where _epoch = $1 and _topic = -1 order by _offset`,
          values: [epoch],
          rowMode: 'array',
        })
      ).rows;
    const expected = spread.map((flight, offset) => [
      ...[flight.scheduled_departure, offset, flight.delay, flight.origin],
    ]);
    expect(await of(2)).toEqual(expected);
    const moved = spread.findIndex(
      flight =>
        json(flight)['scheduled_departure'] ===
        (rows[displaced] as Record<string, unknown>)['scheduled_departure'],
    );
    const twins = [expected[moved + 1]!, expected[moved + 2]!, expected[moved]!];
    const swapped = twins.map(([at, , ...rest], index) => [at, moved + index, ...rest]);
    expect(await of(3)).toEqual([...expected.slice(0, moved), ...swapped, ...expected.slice(moved + 3)]);
    const { rows: refused } = await database.pool.query(
      `select epoch, "offset"::int, "skewless".us(arrived_at)::float8 as at from history.refused order by epoch`,
    );
    const at = spread[49]!.scheduled_departure;
    expect(refused).toEqual([2, 3].map(epoch => ({ epoch, offset: 20_000, at })));
    const { rows: indexes } = await database.pool.query<{ count: string }>(
      `select count(*) from pg_indexes where schemaname = 'history' and tablename like 'flights_y%' group by tablename`,
    );
    expect(indexes).toHaveLength(8);
    expect(new Set(indexes.map(({ count }) => count)).size).toBe(1);
  });

  it('is the same from every kind of source', async () => {
    const some = flights.slice(0, 250);
    const names = Object.keys(some[0]!) as (keyof Flight)[];
    const csv = [names, ...some.map(row => names.map(name => json(row)[name]))]
      .map(cells => cells.join(','))
      .join('\n');
    const column = (name: keyof Flight, type: 'STRING' | 'INT32' | 'TIMESTAMP') => ({
      name,
      type,
      data: some.map(row => (type === 'TIMESTAMP' ? new Date(row.scheduled_departure / 1000) : row[name])),
    });
    const parquet = parquetWriteBuffer({
      columnData: [
        column('scheduled_departure', 'TIMESTAMP'),
        ...[column('delay', 'INT32'), column('distance', 'INT32')],
        ...[column('origin', 'STRING'), column('destination', 'STRING')],
      ],
    });
    await database.pool.query(
      `create schema old; create table old.flights (departed timestamptz, delay integer, distance smallint, "from" varchar, destination text)`,
    );
    await database.pool.query(
      `insert into old.flights select * from json_to_recordset($1) as r(scheduled_departure timestamptz, delay integer, distance smallint, origin varchar, destination text)`,
      [JSON.stringify(some.map(json))],
    );
    const map = { scheduled_departure: 'departed', origin: 'from' };
    const renamed = some.map(json).map(({ scheduled_departure, origin, ...rest }) => ({
      departed: scheduled_departure,
      from: origin,
      ...rest,
    }));
    const all: readonly Omit<ImportOptions, 'source'>[] = [
      { from: file('all.ndjson', ndjson(some.map(json))) },
      { from: file('all.csv', csv) },
      { from: file('all.csv.gz', gzipSync(`${csv}\n`)) },
      { from: file('all.parquet', new Uint8Array(parquet)) },
      { from: file('renamed.jsonl', ndjson(renamed)), map },
      { from: { kind: 'table', name: 'old.flights' }, map },
      {
        from: {
          kind: 'query',
          sql: 'select departed as scheduled_departure, delay, distance, "from" as origin, destination, 1 as more from old.flights;',
        },
      },
    ];
    for (const options of all) await run({ ...options, overlap: true });
    const rows = await stored();
    const of = (epoch: number): readonly unknown[] =>
      rows
        .filter(row => row['_epoch'] === epoch)
        .map(row => ['_offset', 'at', ...names].map(name => String(row[name])));
    expect(of(1)).toHaveLength(250);
    for (let epoch = 2; epoch <= all.length; epoch += 1) expect(of(epoch)).toEqual(of(1));
  });

  it('loses nothing of a query’s texts and nulls, whatever they are', async () => {
    const texts = ['a"b,\n\r\n"" c', '', '\\.', '\\N', '\r', 'Zürich 🛬', ' ', ','];
    await database.pool.query(`create table odd (n integer, origin text); insert into odd values (-1, null)`);
    await database.pool.query(
      `insert into odd select n, o from unnest($1::text[]) with ordinality as u(o, n)`,
      [texts],
    );
    const report = await run({
      from: {
        kind: 'query',
        sql: `select timestamptz '${iso(t0)}' as scheduled_departure, 1 as delay, 2 as distance, origin, '' as destination from odd order by n -- in order`,
      },
    });
    expect(report).toMatchObject({
      read: 9,
      stored: 8,
      refused: [{ reason: 'wrong-type', column: 'origin', rows: 1 }],
    });
    const rows = await stored();
    expect(rows.map(({ origin, destination }) => [origin, destination])).toEqual(
      texts.map(text => [text, '']),
    );
    // A row of which nothing is there is one nevertheless.
    const client = await database.pool.connect();
    const { read } = await openQuery(
      client,
      { kind: 'query', sql: 'select null as nothing from odd' },
      [],
      [],
    );
    const values: unknown[] = [];
    for await (const some of read()) values.push(...some.map(({ value }) => value));
    client.release();
    expect(values).toEqual(Array.from({ length: 9 }, () => ({ nothing: null })));
  });

  it('takes the same from a table whatever the session is set to', async () => {
    await database.pool.query(
      `create table baskets as select 1 as user_id, 1 as event_id, 's' as session_id, 1 as item_id, 'purchase' as event_type, null as category,
         0.1::float8 + 0.2::float8 as revenue, timestamptz '${iso(t0 + 7)}' as event_time`,
    );
    const { host, port, user, database: name } = database.connection;
    const options = '-c timezone=America/New_York -c datestyle=German,DMY -c extra_float_digits=-15';
    const pool = new pg.Pool({ host, port, user, database: name, options, max: 2 });
    try {
      const from = { kind: 'query', sql: 'select * from baskets' } as const;
      const report = await importHistory(pool, { stream, sql, serving }, { source: 'user_events', from });
      expect(report).toMatchObject({
        refused: [{ column: 'revenue', example: expect.stringContaining('0.30000000000000004') }],
      });
      await pool.query('update baskets set revenue = 0.25');
      const taken = await importHistory(pool, { stream, sql, serving }, { source: 'user_events', from });
      expect(taken).toMatchObject({ stored: 1, first: t0 + 7 });
    } finally {
      await pool.end();
    }
  });

  it('sorts what a table has in another order, however much of it is still to come', async () => {
    await database.pool.query(
      `create table backwards as select timestamptz '${iso(t0)}' - i * interval '1 second' as scheduled_departure, 1 as delay, i as distance, 'ORD' as origin, 'LAX' as destination from generate_series(1, 60000) as i`,
    );
    expect(await run({ from: { kind: 'table', name: 'backwards' } })).toMatchObject({
      read: 60_000,
      stored: 60_000,
    });
    const rows = await stored();
    expect(rows.map(({ distance }) => Number(distance))).toEqual(
      Array.from({ length: 60_000 }, (_, i) => 60_000 - i),
    );
  });

  it('is made once of the same content, under whatever name', async () => {
    const text = ndjson(flights.slice(0, 10).map(json));
    expect(await run({ from: file('once.ndjson', text) })).toMatchObject({ import: 1, already: null });
    expect(await run({ from: file('copy.ndjson', text) })).toMatchObject({
      import: null,
      already: 1,
      stored: 0,
    });
    await database.pool.query(
      `create table again as select scheduled_departure, delay, distance, origin, destination from history.flights`,
    );
    const again = { kind: 'table', name: 'again' } as const;
    expect(await run({ from: again, overlap: true })).toMatchObject({ import: 2 });
    await database.pool.query(`create table shuffled as select * from again order by delay`);
    expect(await run({ from: { kind: 'table', name: 'shuffled' } })).toMatchObject({ already: 2 });
    expect(await stored()).toHaveLength(20);
  });

  it('knows the content of a query by all its columns and their names, whatever they are called', async () => {
    const query = (columns: string): ImportOptions['from'] => ({
      kind: 'query',
      sql: `select timestamptz '2026-01-31 20:00Z' as scheduled_departure, 9 as distance, ${columns} -- of old`,
    });
    const first = query(`1 as delay, 'ORD' as origin, 'LAX' as destination, 'shoes' as q`);
    expect(await run({ from: first })).toMatchObject({ import: 1 });
    expect(await run({ from: first })).toMatchObject({ already: 1 });
    const others = [
      query(`2 as delay, 'ORD' as origin, 'LAX' as destination, 'shoes' as q`),
      query(`1 as delay, 'ORD' as destination, 'LAX' as origin, 'shoes' as q`),
    ];
    for (const from of others) expect(await run({ from, overlap: true })).toMatchObject({ already: null });
    expect((await stored()).map(({ delay, origin }) => [Number(delay), origin])).toEqual([
      [1, 'ORD'],
      [2, 'ORD'],
      [1, 'LAX'],
    ]);
    const twice = query(`1 as delay, 'ORD' as origin, 'LAX' as destination, 'SFO' as origin`);
    await expect(run({ from: twice })).rejects.toThrow("the query has the column 'origin' more than once");
  });

  it('names a column that a map names and nothing has: it would be null in every row', async () => {
    const users = [
      { user_id: 1, land: 'PE', device: 'mobile', since: iso(t0) },
      { user_id: 2, land: 'IS', device: 'tablet', since: iso(t0 + minute) },
    ];
    const columns = users.map(({ since, ...rest }) => ({ ...rest, created_at: since }));
    const csv = [Object.keys(columns[0]!), ...columns.map(row => Object.values(row))].join('\n');
    const data = Object.keys(columns[0]!).map(name => ({
      name,
      data: columns.map(row => String(row[name as keyof (typeof columns)[0]])),
    }));
    await database.pool.query(
      'create table people (user_id bigint, land text, device text, created_at timestamptz)',
    );
    const from = [
      file('people.csv', csv),
      file('people.parquet', new Uint8Array(parquetWriteBuffer({ columnData: data }))),
      { kind: 'table', name: 'people' } as const,
    ];
    const options = { source: 'users', arrival: 'created_at' };
    for (const each of from)
      await expect(run({ ...options, from: each, map: { country: 'lnd' } })).rejects.toThrow(
        "has no column 'lnd': did you mean 'land'?",
      );
    const views = users.map(({ user_id, since }) => ({
      ...{ user_id, event_id: user_id, session_id: 's', item_id: 1, event_type: 'view', event_time: since },
    }));
    const map = { category: 'kind', revenue: 'paid' };
    await expect(run({ source: 'user_events', from: file('v.ndjson', ndjson(views)), map })).rejects.toThrow(
      "no row has the column 'kind', which --map names for category\nno row has the column 'paid'",
    );
  });

  it('tells which columns are null for want of one, and does not rename inside of changes', async () => {
    const from = file('thin.csv', `user_id,taken\n1,${iso(t0)}\n`);
    const options = { source: 'users', from, arrival: 'taken', map: { created_at: 'taken' } };
    expect(await run(options)).toMatchObject({ stored: 1, absent: ['country', 'device'] });
    const changes = file('users.ndjson', ndjson([{ op: 'r', after: {}, source: { ts_us: t0 } }]));
    await expect(run({ source: 'users', from: changes, map: { country: 'land' } })).rejects.toThrow(
      'is its changes as Debezium writes them, whose columns --map does not name',
    );
  });

  it('tells what it refuses, and leaves it to be ingested again', async () => {
    const rows = [
      { ...json(flights[0]!), delay: 'late' },
      json(flights[1]!),
      { ...json(flights[2]!), origin: undefined },
      json(flights[3]!),
    ];
    const report = await run({ from: file('bad.ndjson', `${ndjson(rows)}{"half":\n\n`) });
    expect(report).toMatchObject({ read: 5, stored: 2 });
    expect(report.refused).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ reason: 'wrong-type', column: 'delay', rows: 1 }),
        expect.objectContaining({
          reason: 'missing',
          column: 'origin',
          rows: 1,
          example: expect.stringMatching(/^row 2: /),
        }),
        expect.objectContaining({ reason: 'not-json', column: null, rows: 1 }),
      ]),
    );
    const { rows: refused } = await database.pool.query(
      `select topic, epoch, "offset"::int, reason, "skewless".us(arrived_at)::float8 as at, convert_from(bytes, 'UTF8') as text
       from history.refused order by "offset"`,
    );
    expect(refused).toMatchObject([
      { topic: -1, epoch: 1, offset: 2, reason: 'wrong-type', at: t0 + 0, text: JSON.stringify(rows[0]) },
      { offset: 3, reason: 'missing', at: t0 + 2 * minute },
      { offset: 4, reason: 'not-json', at: t0 + 3 * minute, text: '{"half":' },
    ]);
    expect((await historyFrontier(db))[0]).toMatchObject({ topic: -1, nextOffset: 5 });
  });

  it('changes nothing in a dry run, nor when it fails halfway', async () => {
    const from = file('dry.ndjson', ndjson(flights.map(json)));
    expect(await run({ from, dryRun: true })).toMatchObject({ import: 1, stored: 400 });
    const torn = file('torn.csv.gz', gzipSync(ndjson(flights.map(json))).subarray(0, -20));
    await expect(run({ from: torn })).rejects.toThrow('torn.csv.gz');
    const late = file(
      'late.ndjson',
      ndjson([...flights.slice(0, 9).map(json), { ...json(flights[9]!), seen: 'now' }]),
    );
    await expect(run({ from: late, arrival: 'seen' })).rejects.toThrow(
      'row 0 does not say when it arrived: seen',
    );
    expect(await stored()).toEqual([]);
    expect(await historyFrontier(db)).toEqual([]);
    expect(await run({ from })).toMatchObject({ import: 1, stored: 400 });
  });

  it('that runs into the log is an error that says where the log begins, and is cut there', async () => {
    await appendHistory(database.pool, sql, log(flights.slice(250)).map(historyDecoder(stream)));
    const from = file('overlap.ndjson', ndjson(flights.map(json)));
    await expect(run({ from })).rejects.toThrow(
      /^150 rows are of a time that the log of flights has: it begins at 2026-02-01T00:10:00.000Z\. .*--until log/,
    );
    await expect(run({ from, until: t0 + 300 * minute })).rejects.toThrow(/^50 rows/);
    expect(await run({ from, until: 'log' })).toMatchObject({ stored: 250, beyond: 150 });
  });

  it('of all there was, before a log that begins in the middle, is as the log from the start', async () => {
    await run({ from: file('before.ndjson', ndjson(flights.map(json))), until: t0 + 200 * minute });
    await appendHistory(database.pool, sql, log(flights.slice(200)).map(historyDecoder(stream)));
    const whole = new Engine(stream);
    for (const record of log(flights)) whole.ingest(record);
    const now = t0 + 400 * minute;
    const { engine } = (await bootstrapEngine(database.pool, stream, sql, { now }))!;
    const reads = ['ORD', 'LAX', 'MÜC'].flatMap(origin =>
      Array.from({ length: 30 }, (_, index) => ({ origin, t: now - index * 2 * minute })),
    );
    for (const { origin, t } of reads)
      expect(engine.readGroup('airport_departures', { airport: origin }, t)).toEqual(
        whole.readGroup('airport_departures', { airport: origin }, t),
      );
    const spine = reads.map(({ origin, t }) => ({ t: t - 100 * minute, request: { airport: origin } }));
    const read = { group: 'airport_departures' };
    const options = { read, spine, known: { kind: 'arrival' } as const };
    const imported = await trainingSet(db, sql, options);
    await database.pool.query('truncate history.flights, history.frontier, history.imports');
    await appendHistory(database.pool, sql, log(flights).map(historyDecoder(stream)));
    expect(imported).toEqual(await trainingSet(db, sql, options));
  });

  it('says what is wrong with what it is given', async () => {
    const from = file('wrong.csv', 'scheduled_departure,delay,distance,orgin,destination\n');
    await expect(run({ from })).rejects.toThrow("has no column 'origin': did you mean 'orgin'?");
    await expect(run({ from, source: 'flight' })).rejects.toThrow(
      "no source flight: did you mean 'flights'?",
    );
    await expect(run({ from, map: { orgin: 'o' } })).rejects.toThrow(
      "flights has no column 'orgin': did you mean 'origin'?",
    );
    await database.pool.query(
      'create table naive (scheduled_departure timestamp, delay int, distance int, origin text, destination text)',
    );
    await expect(run({ from: { kind: 'table', name: 'naive' } })).rejects.toThrow(
      "is a timestamp without time zone, which names no instant: import a query that says `scheduled_departure at time zone 'UTC'`",
    );
    await expect(run({ from: { kind: 'table', name: 'gone' } })).rejects.toThrow('"gone" does not exist');
  });

  it('takes the rows of a table as a snapshot from the instant that they tell, and the changes of a connector', async () => {
    const products = [
      { product_id: 1, name: 'a', price: '1.50', taken: iso(t0) },
      { product_id: 2, name: 'b', price: '12.34', taken: iso(t0 + minute) },
    ];
    const from = file(
      'products.csv',
      ['product_id,name,price,taken', ...products.map(row => Object.values(row).join(','))].join('\n'),
    );
    await expect(run({ source: 'products', from })).rejects.toThrow('--arrival');
    expect(await run({ source: 'products', from, arrival: 'taken' })).toMatchObject({ stored: 2 });
    const change = {
      op: 'u',
      after: { product_id: 1, name: 'a', price: '2.00' },
      source: { ts_us: t0 + 2 * minute, lsn: 9 },
    };
    const changes = file('products.ndjson', `${ndjson([change])}null\n`);
    expect(await run({ source: 'products', from: changes })).toMatchObject({
      import: 2,
      stored: 1,
      passed: 1,
    });
    expect(await stored('products')).toMatchObject([
      { product_id: '1', price: '1.50', _op: 'r', _epoch: 1, _offset: '0', at: t0 },
      { product_id: '2', price: '12.34', _op: 'r', _epoch: 1, _offset: '1', at: t0 + minute },
      { product_id: '1', price: '2.00', _op: 'u', _lsn: '9', _epoch: 2, _offset: '0', at: t0 + 2 * minute },
    ]);
  });
});
