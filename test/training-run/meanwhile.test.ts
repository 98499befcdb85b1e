import { Kysely, PostgresDialect } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HistoryBehind, installSchema, trainingSet } from '../../runtime/history/index.ts';
import type { Known } from '../../runtime/history/index.ts';
import { withTransaction } from '../../runtime/history/client.ts';
import { dropBefore } from '../../runtime/history/retention.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import type { Value, Values } from '../support/three-ways/read.ts';
import { batchesOf, carryingNothing, featuresOf, featuresRead, openRun, rowsOf } from './support/run.ts';
import { fill, flightRecords, program, request, spineOf, start } from './support/small.ts';

// What comes into the history, or goes from it, while a run is being computed.

const records = 300;
const spine = spineOf(90, records);
let database: TestDatabase;
let db: AnyDatabase;

beforeEach(async () => {
  database = await testDatabase();
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
  await installSchema(db, program);
  await fill(database.pool, flightRecords(records));
});

afterEach(async () => {
  await database?.end();
});

const inOne = (known: Known): Promise<readonly Values[]> =>
  trainingSet(db, program, {
    ...{ read: request.read, spine, known, before: request.before },
    allowHistoryBehind: true,
  });

/** Records of the same time: late ones of the log, and those of a new import. */
async function more(round: number): Promise<void> {
  const late = flightRecords(20, records + 20 * round).map(record => ({
    ...record,
    arrivedAt: start + 60_000_000 * 60 * 24 * 2,
    row: { ...record.row, scheduled_departure: start + 60_000_000 * 60 * 24 },
  }));
  const imported = flightRecords(40, 0, -1, round + 1).map(record => ({
    ...record,
    row: { ...record.row, delay: 10_000 },
  }));
  await fill(database.pool, [...late, ...imported]);
}

for (const known of [
  { kind: 'arrival' },
  { kind: 'arrival', lag: 60_000_000 },
  { kind: 'hindsight' },
] as const) {
  it(`holds nothing that came in meanwhile, known by ${JSON.stringify(known)}`, async () => {
    const expected = await inOne(known);
    const asked = { ...request, known, carried: [] };
    const run = await openRun(database.pool, program, asked, { id: 'meanwhile', chunkRows: 20 });
    await run.load(batchesOf(carryingNothing(spine)));
    let round = 0;
    let appended: Promise<void> = more(round);
    await run.compute(() => {
      appended = appended.then(() => more((round += 1)));
    });
    await appended;
    await run.close();
    // What an interrupted run would compute later, it computes of the same.
    const again = await openRun(database.pool, program, asked, { id: 'meanwhile' });
    await again.compute(() => undefined);
    const rows: Value[][] = await rowsOf(again.results(0));
    expect(featuresOf(again.columns, featuresRead(program, asked), rows)).toEqual(expected);
    await again.drop();
    await again.close();
    expect(round).toBeGreaterThan(3);
    expect(await inOne(known)).not.toEqual(expected);
  });
}

it('goes on from the same history when all of it is computed after others wrote', async () => {
  const known = { kind: 'hindsight' } as const;
  const expected = await inOne(known);
  const asked = { ...request, known, carried: [] };
  const run = await openRun(database.pool, program, asked, { id: 'later' });
  await run.load(batchesOf(carryingNothing(spine)));
  await more(0);
  await run.compute(() => undefined);
  const rows = await rowsOf(run.results(0));
  expect(featuresOf(run.columns, featuresRead(program, asked), rows)).toEqual(expected);
  await run.drop();
  await run.close();
});

it('is behind where the history does not reach, and catches up when opened again', async () => {
  const late = [{ t: start + 60_000_000 * 60 * 24 * 30, request: spine[0]!.request }];
  const asked = { ...request, carried: [] };
  const options = { id: 'behind', allowHistoryBehind: false };
  const run = await openRun(database.pool, program, asked, options);
  await run.load(batchesOf(carryingNothing(late)));
  await expect(run.compute(() => undefined)).rejects.toBeInstanceOf(HistoryBehind);
  await fill(
    database.pool,
    flightRecords(1, records).map(record => ({ ...record, arrivedAt: start + 60_000_000 * 60 * 24 * 31 })),
  );
  await expect(run.compute(() => undefined)).rejects.toBeInstanceOf(HistoryBehind);
  await run.close();
  const again = await openRun(database.pool, program, asked, options);
  expect(again.loaded).toBe(1);
  await again.compute(() => undefined);
  expect(await rowsOf(again.results(0))).toHaveLength(1);
  await again.drop();
  await again.close();
});

it('fails where months were dropped that it needs', async () => {
  const asked = { ...request, carried: [] };
  const run = await openRun(database.pool, program, asked, { id: 'dropped', allowHistoryBehind: false });
  await run.load(
    batchesOf(carryingNothing([{ t: start + 60_000_000 * 60 * 24 * 2, request: spine[0]!.request }])),
  );
  await withTransaction(database.pool, client =>
    dropBefore(client, 'flights', start + 60_000_000 * 60 * 24 * 32),
  );
  await expect(run.compute(() => undefined)).rejects.toThrow('older months were dropped');
  await run.drop();
  await run.close();
});

it('carries every value as it came, and knows what a row says it knows', async () => {
  const scalar = (
    kind: 'int' | 'bigint' | 'double' | 'boolean' | 'text' | 'timestamp' | 'decimal' | 'uuid',
  ) => ({ name: `carried ${kind}`, type: { kind, list: false } }) as const;
  const list = (kind: 'int' | 'bigint' | 'double' | 'boolean' | 'text') =>
    ({ name: `list of ${kind}`, type: { kind, list: true } }) as const;
  const carried = [
    ...(['int', 'bigint', 'double', 'boolean', 'text', 'timestamp', 'decimal', 'uuid'] as const).map(scalar),
    ...(['int', 'bigint', 'double', 'boolean', 'text'] as const).map(list),
  ];
  const values: Value[][] = [
    [
      -9007199254740991,
      -(2n ** 63n),
      -0,
      true,
      '',
      -1,
      0.1,
      '0b0e7e1c-0000-4000-8000-00000000000f',
      [],
      [],
      [],
      [],
      [],
    ],
    [
      0,
      2n ** 63n - 1n,
      5e-324,
      false,
      'a,"{}\\ \n😀',
      1,
      -12.25,
      null,
      [-1, 2],
      [-1n, 2n ** 60n],
      [0.1, -0, 1e300],
      [true, false],
      ['null', '', 'NULL', '"', ','],
    ],
    carried.map(() => null),
    [1, 1n, Infinity, true, 'x', 0, 1, null, [1], [1n], [NaN], [true], ['x']],
  ];
  const rows = values.map((each, index) => ({
    t: start + index,
    request: spine[0]!.request,
    carried: each,
    ...(index === 2 ? {} : { knownAt: start + 10 * index }),
  }));
  const asked = { ...request, carried, hasKnownAt: true };
  const run = await openRun(database.pool, program, asked, { id: 'carried' });
  await run.load(batchesOf(rows));
  await run.compute(() => undefined);
  const came = await rowsOf(run.results(0));
  const first = run.columns.findIndex(({ name }) => name === 'carried int');
  expect(run.columns.slice(0, first).map(({ name }) => name)).toEqual([
    ...['origin', 'destination', 'distance', 't', 'known_at'],
  ]);
  for (const [index, row] of came.entries()) {
    const own = row.slice(first, first + carried.length);
    own.forEach((value, column) => expect(value).toStrictEqual(values[index]![column]));
    expect(row[first - 2]).toBe(start + index);
    expect(row[first - 1]).toBe(index === 2 ? null : start + 10 * index);
  }
  await run.drop();
  await run.close();
});

it('of an empty spine is an empty set', async () => {
  const run = await openRun(database.pool, program, request, { id: 'empty' });
  expect(await run.load(batchesOf([]))).toBe(0);
  await run.compute(() => undefined);
  expect(await rowsOf(run.results(0))).toEqual([]);
  await run.drop();
  await run.close();
});
