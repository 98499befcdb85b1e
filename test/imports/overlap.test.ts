import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serving } from '../../generated/serving.ts';
import { program as sql } from '../../generated/sql/index.ts';
import { program as stream } from '../../generated/stream/index.ts';
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { verifyReads } from '../../runtime/audit/index.ts';
import { bootstrapEngine } from '../../runtime/bootstrap/index.ts';
import {
  HistoryBehind,
  historyFrontier,
  installSchema,
  reingest,
  trainingSet,
} from '../../runtime/history/index.ts';
import { dropImport, importHistory, listImports } from '../../runtime/imports/index.ts';
import type { ImportOptions, ImportReport } from '../../runtime/imports/index.ts';
import type { TrainingRequest } from '../../runtime/training/contract.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { Random } from '../support/random.ts';
import { batchesOf, openRun } from '../training-run/support/run.ts';

// Of one time there are two versions of a file: which of them counts is said, never guessed.

const minute = 60_000_000;
/** Before the end of a month, so that rows lie in two. */
const t0 = Date.UTC(2026, 0, 31, 20) * 1000;
const iso = (us: number): string => formatInstant(us as Instant);

type Row = Readonly<Record<string, unknown>>;

const random = new Random(6);
const flights: readonly Row[] = Array.from({ length: 300 }, (_, index) => ({
  ...{ scheduled_departure: iso(t0 + index * minute), delay: random.between(-20, 90) },
  ...{ distance: random.between(100, 3000), origin: random.pick(['ORD', 'LAX']), destination: 'JFK' },
}));
const corrected = flights.map((row, index) => (index % 10 === 0 ? { ...row, delay: 200 + index } : row));

const folder = mkdtempSync(join(tmpdir(), 'overlap-'));
afterAll(() => rmSync(folder, { recursive: true }));

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

async function run(
  name: string,
  rows: readonly Row[],
  options: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  const path = join(folder, `${name}.ndjson`);
  writeFileSync(path, rows.map(row => `${JSON.stringify(row)}\n`).join(''));
  return await importHistory(
    database.pool,
    { stream, sql, serving },
    { source: 'flights', from: { kind: 'file', path }, ...options },
  );
}

const drop = (number: number, dryRun = false) =>
  dropImport(database.pool, sql, { source: 'flights', import: number, dryRun });

/** What the history has, by import. */
async function stored(): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<{ epoch: number; count: string }>(
    `select _epoch as epoch, count(*) from history.flights group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(({ epoch, count }) => [epoch, Number(count)]));
}

const spine = ['ORD', 'LAX'].flatMap(airport =>
  Array.from({ length: 12 }, (_, n) => ({ t: t0 + n * 23 * minute, request: { airport } })),
);
const features = () =>
  trainingSet(db, sql, { read: { group: 'airport_departures' }, spine, known: { kind: 'hindsight' } });

/** As the state has it that is built of the history, at the end of the rows. */
async function live(): Promise<unknown[]> {
  const now = t0 + 300 * minute;
  const { engine } = (await bootstrapEngine(database.pool, stream, sql, { now }))!;
  return ['ORD', 'LAX'].map(airport => engine.readGroup('airport_departures', { airport }, now));
}

describe('other content of the same time', () => {
  it('is an error that names the earlier import, its time, what is the same, and the ways on', async () => {
    await run('january', flights);
    const error = await run('january-v2', corrected).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(
      `january.ndjson): 300 rows from ${iso(t0).slice(0, 19)}.000Z to 2026-02-01T00:59:00.000Z, 300 of them within the time of these; 270 rows are the same`,
    );
    expect(String(error)).toMatch(
      /^ImportError: the history has imports of flights .*--replace 1, or, .*--overlap$/s,
    );
    expect(await stored()).toEqual({ 1: 300 });
    expect((await historyFrontier(db)).map(({ epoch }) => epoch)).toEqual([1]);
  });

  it('is told of in a dry run, which changes nothing', async () => {
    await run('january', flights);
    const report = await run('january-v2', corrected.slice(100), { dryRun: true });
    expect(report).toMatchObject({
      stored: 200,
      overlaps: [{ import: 1, stored: 300, theirs: 200, same: 180 }],
    });
    expect(await stored()).toEqual({ 1: 300 });
    expect(await run('february', flights.slice(0, 0), { dryRun: true })).toMatchObject({ overlaps: [] });
  });

  it('is taken where that is wanted', async () => {
    await run('january', flights);
    const report = await run('others', corrected, { overlap: true });
    expect(report).toMatchObject({
      import: 2,
      stored: 300,
      overlaps: [{ import: 1, theirs: 300, same: 270 }],
    });
    expect(await stored()).toEqual({ 1: 300, 2: 300 });
  });

  it('is none where one fills a gap of the other, or begins where that ends', async () => {
    await run('ends', [...flights.slice(0, 100), ...flights.slice(200)]);
    expect(await run('gap', flights.slice(100, 200))).toMatchObject({ import: 2, overlaps: [] });
    const last = flights.at(-1)!;
    expect(await run('next', [{ ...last, delay: 99 }])).toMatchObject({ import: 3, overlaps: [] });
    await expect(run('again', [last, { ...last, delay: 98 }])).rejects.toThrow(
      /import 1 .* 1 row is the same/,
    );
  });

  it('goes by when it happened, not by when it arrived', async () => {
    await run('january', flights);
    const later = flights.map((row, index) => ({ ...row, seen: iso(t0 + (1000 + index) * minute) }));
    await expect(run('seen', later, { arrival: 'seen' })).rejects.toThrow('300 rows are the same');
  });
});

it('rows of a table are the same where they were committed at once too', async () => {
  const products = async (name: string, rows: readonly Row[]): Promise<ImportReport> => {
    const path = join(folder, `${name}.csv`);
    const lines = ['product_id,name,price,taken', ...rows.map(row => Object.values(row).join(','))];
    writeFileSync(path, lines.map(line => `${line}\n`).join(''));
    const options = {
      source: 'products',
      from: { kind: 'file', path },
      arrival: 'taken',
      dryRun: name !== 'monday',
    };
    return await importHistory(database.pool, { stream, sql, serving }, options as ImportOptions);
  };
  const taken = (n: number): string => iso(t0 + n * minute);
  const row = (product_id: number, n: number) => ({ product_id, name: 'a', price: '1.50', taken: taken(n) });
  await products('monday', [row(1, 0), row(2, 0), row(3, 5)]);
  const overlaps = async (rows: readonly Row[]) => (await products('other', rows)).overlaps;
  expect(await overlaps([row(1, 0), row(2, 1), row(3, 4)])).toMatchObject([{ theirs: 2, same: 1 }]);
  // The same rows at a later instant are another snapshot.
  expect(await overlaps([row(1, 6), row(2, 6)])).toEqual([]);
  expect(await overlaps([row(1, 5)])).toEqual([]);
  expect(await overlaps([row(3, 5)])).toMatchObject([{ theirs: 1, same: 1 }]);
});

describe('an import that takes the place of another', () => {
  it('is in it as if that had never been, at once', async () => {
    await run('january-v2', corrected);
    const expected = [await features(), await live()];
    await drop(1);
    expect(await stored()).toEqual({});
    await run('january', flights);
    expect(await features()).not.toEqual(expected[0]);
    const report = await run('january-v2', corrected, { replace: 2 });
    expect(report).toMatchObject({ import: 3, stored: 300, overlaps: [] });
    expect([await features(), await live()]).toEqual(expected);
  });

  it('may be of the same content, read otherwise', async () => {
    const cut = t0 + 100 * minute;
    expect(await run('january', flights, { until: cut })).toMatchObject({ import: 1, stored: 100 });
    expect(await run('january', flights)).toMatchObject({ already: 1 });
    expect(await run('january', flights, { replace: 1, dryRun: true })).toMatchObject({ stored: 300 });
    expect(await run('january', flights, { replace: 1 })).toMatchObject({ import: 2, stored: 300 });
    expect(await stored()).toEqual({ 2: 300 });
  });

  it('leaves that where it cannot be made', async () => {
    await run('january', flights);
    await expect(
      run('torn', [{ ...flights[0]!, delay: 1, seen: 'now' }], { arrival: 'seen', replace: 1 }),
    ).rejects.toThrow('does not say when it arrived');
    await expect(run('january-v2', corrected, { replace: 4 })).rejects.toThrow(
      'flights has no import 4; there is 1',
    );
    await run('february', flights.slice(0, 10), { overlap: true });
    await expect(run('january', flights, { replace: 2 })).rejects.toThrow(
      'there already, as import 1 of flights: drop 2',
    );
    expect(await run('january-v2', corrected, { replace: 1, overlap: true, dryRun: true })).toMatchObject({
      overlaps: [{ import: 2 }],
    });
    expect(await stored()).toEqual({ 1: 300, 2: 10 });
  });
});

describe('an import that is dropped', () => {
  it('is gone with its rows and what it refused; its number is never another one’s', async () => {
    await run('january', [...flights, { ...flights[0]!, delay: 'late' }]);
    expect(await drop(1, true)).toMatchObject({ number: 1, stored: 300, refused: 1, droppedAt: null });
    expect(await stored()).toEqual({ 1: 300 });
    await drop(1);
    expect(await stored()).toEqual({});
    expect(await historyFrontier(db)).toEqual([]);
    expect((await database.pool.query('select from history.refused')).rowCount).toBe(0);
    await expect(drop(1)).rejects.toThrow(/^import 1 of flights was dropped at /);
    // The same content may come again.
    expect(await run('january', flights)).toMatchObject({ import: 2 });
    const listed = await listImports(database.pool, 'flights');
    expect(listed.map(({ number, stored: rows, droppedAt }) => [number, rows, droppedAt !== null])).toEqual([
      [1, 300, true],
      [2, 300, false],
    ]);
    expect(listed[1]).toMatchObject({ first: t0, last: t0 + 299 * minute, cut: null });
  });

  it('gives what was ingested again back to be tried again, and goes after what was made of its refused rows', async () => {
    const before = {
      ...stream,
      sources: stream.sources.map(source =>
        source.name === 'flights' && source.kind === 'stream'
          ? {
              ...source,
              scan: () => false,
              decode: (value: unknown, row: never) =>
                source.decode(value, row) ??
                ((row as { delay: number }).delay > 80
                  ? { kind: 'refused', reason: 'failed-check', column: 'delay', message: 'too late' }
                  : null),
            }
          : source,
      ),
    } as typeof stream;
    const path = join(folder, 'some.ndjson');
    writeFileSync(path, flights.map(row => `${JSON.stringify(row)}\n`).join(''));
    const report = await importHistory(
      database.pool,
      { stream: before, sql, serving },
      { source: 'flights', from: { kind: 'file', path } },
    );
    const late = 300 - report.stored;
    expect(late).toBeGreaterThan(5);
    const again = async () => (await reingest(database.pool, stream, sql)).sources[0];
    expect(await again()).toMatchObject({ import: 2, appended: late });
    expect(await listImports(database.pool, null)).toMatchObject([
      {},
      { number: 2, stored: late, from: 'what was refused' },
    ]);
    await expect(drop(1)).rejects.toThrow('ingested again, as import 2: drop that first');
    await drop(2);
    expect(await again()).toMatchObject({ import: 3, appended: late });
    await drop(3);
    await drop(1);
    expect(await stored()).toEqual({});
    expect(await again()).toBeUndefined();
  });

  it('is missed by who names it: a frontier, a run that was begun with it, a read that was logged', async () => {
    await run('january', flights);
    const frontier = [{ source: 'flights', topic: -1, epoch: 1, partition: 0, nextOffset: 300 }];
    const known = { kind: 'frontier', positions: frontier } as const;
    const read = { group: 'airport_departures' };
    await trainingSet(db, sql, { read, spine, known });
    const request: TrainingRequest = {
      ...{ read: { vector: 'delay_risk' }, known: { kind: 'hindsight' }, before: false },
      ...{ carried: [], hasKnownAt: false },
    };
    const rows = spine.map(({ t, request: { airport } }) => ({
      ...{ t, request: { origin: airport, destination: 'JFK', distance: 500 }, carried: [] },
    }));
    const begun = await openRun(database.pool, sql, request, { id: 'begun' });
    await begun.load(batchesOf(rows));
    const stop = new AbortController();
    let steps = 0;
    const halfway = () => void ((steps += 1) === 2 && stop.abort());
    await expect(begun.compute(halfway, stop.signal)).rejects.toThrow();
    await log(frontier);
    expect(await verified()).toMatchObject({ pending: [], gone: [] });

    await drop(1);
    await expect(trainingSet(db, sql, { read, spine, known })).rejects.toThrow(
      'flights, import 1: needs offsets below 300, has none of them: the import was dropped',
    );
    const failed = await begun.compute(() => undefined).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(HistoryBehind);
    expect(String(failed)).toContain('dropped since this training set was begun (--restart begins anew)');
    await begun.close();
    expect(await verified()).toMatchObject({
      ...{ differing: 0, pending: [] },
      gone: [{ name: 'airport_departures', reads: 1, reason: 'import 1 of flights was dropped' }],
    });
  });
});

/** Logs a read that knew so much. */
async function log(
  frontier: readonly {
    source: string;
    topic: number;
    epoch: number;
    partition: number;
    nextOffset: number;
  }[],
) {
  const { fingerprint } = serving.served.find(({ name }) => name === 'airport_departures')!;
  const positions = frontier.map(({ source, topic, epoch, partition, nextOffset }) => [
    source,
    topic,
    epoch,
    partition,
    nextOffset,
  ]);
  await database.pool.query(`insert into history.audit_frontier values ($1, $2, now())`, [
    Buffer.from('f'),
    JSON.stringify(positions),
  ]);
  const [values] = await trainingSet(db, sql, {
    ...{ read: { group: 'airport_departures' }, spine: spine.slice(5, 6), known: { kind: 'hindsight' } },
  });
  await database.pool.query(
    `insert into history.audit (read_at, kind, name, fingerprint, request, t, frontier, "values") values (now(), 'group', 'airport_departures', $1, '{"airport":"ORD"}', $2, $3, $4)`,
    [fingerprint, spine[5]!.t, Buffer.from('f'), JSON.stringify(values)],
  );
}

const verified = () => verifyReads(db, sql, serving, { shown: 5, events: 5 });
