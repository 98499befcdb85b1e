// Few keys of a long history: their records are found by an index, and the values are those of a look at all.
import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installSchema, trainingSet } from '../../runtime/history/index.ts';
import type { EventRecord, Known } from '../../runtime/history/index.ts';
import { isWorthFinding } from '../../runtime/history/records-by-key.ts';
import { rowsOf } from '../../runtime/history/session.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { fill, flightRecords, program } from './support/small.ts';

const records = 4000;
/** Airports that nearly all flights are of, and two that few are of. */
const few = ['FEW', 'RARE'];
const knowledge: Known[] = [
  { kind: 'arrival' },
  { kind: 'arrival', lag: 3_600_000_000 },
  { kind: 'hindsight' },
];

const week = 7 * 86_400_000_000;
/** The flight of an airport of its own that arrives as early as its source allows. */
const earlyIndex = 1100;

const flights = flightRecords(records).map((record, index): EventRecord => {
  if (index !== earlyIndex || record.kind !== 'event') return ofFew(record, index);
  const scheduled_departure = record.arrivedAt + 86_400_000_000;
  return { ...record, row: { ...record.row, scheduled_departure, origin: 'EARLY', destination: 'EARLY' } };
});

function ofFew(record: EventRecord, index: number): EventRecord {
  return index % 200 < 3 && record.kind === 'event'
    ? {
        ...record,
        row: {
          ...record.row,
          origin: few[index % 2]!,
          destination: few[(index >> 1) % 2]!,
        },
      }
    : record;
}
const spine = flights.flatMap(({ row }, index) =>
  index % 200 < 3
    ? [0, 1, 3_600_000_000].map(later => ({
        t: (row['scheduled_departure'] as number) + later,
        request: { origin: few[index % 2]!, destination: few[(index >> 1) % 2]!, distance: 100 },
      }))
    : [],
);

let database: TestDatabase;
let db: AnyDatabase;
const statements: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const log = (event: { readonly query: { readonly sql: string } }): void =>
    void statements.push(event.query.sql);
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }), log });
  await installSchema(db, program);
  await fill(database.pool, flights);
  // What finding is weighed against are PostgreSQL's estimates.
  await database.pool.query('analyze');
});

afterAll(async () => {
  await database?.end();
});

const isFound = (): boolean => statements.some(sql => sql.includes('table "skewless_found" '));

it.each(knowledge)('finds them by key, of knowledge %j', async known => {
  const read = (shape: 'auto' | 'lateral') =>
    trainingSet(db, program, {
      ...{ read: { vector: 'delay_risk' }, spine, known, before: true, shape },
      allowHistoryBehind: true,
    });
  statements.length = 0;
  const all = await read('lateral');
  expect(isFound()).toBe(false);
  const found = await read('auto');
  expect(isFound()).toBe(true);
  expect(found).toEqual(all);
  expect(found.some(row => row['route_last_delay'] !== null)).toBe(true);
});

/** Of a read for the same airport twice: how many rows of it are staged. */
async function stagedRows(airport: string, ...instants: readonly number[]): Promise<number> {
  let staged = -1;
  const request = { origin: airport, destination: airport, distance: 100 };
  await trainingSet(
    db,
    program,
    {
      ...{ read: { vector: 'delay_risk' }, spine: instants.map(t => ({ t, request })), before: true },
      ...{ known: { kind: 'arrival' }, allowHistoryBehind: true },
    },
    async (trx, { group }) => {
      if (group.name !== 'airport_departures') return;
      const [row] = await rowsOf(trx, `select count(*) as rows from "${group.feeds[0]!.relation}"`);
      staged = Number(row!['rows']);
    },
  );
  return staged;
}

it('fetches the ranges that windows reach, and nothing of what lies between', async () => {
  const own = flights.filter(({ row }) => row['origin'] === 'FEW');
  const timeOf = ({ row }: EventRecord): number => row['scheduled_departure'] as number;
  const instants = [own[5]!, own.at(-1)!].map(timeOf);
  const isSeen = (flight: EventRecord): boolean =>
    instants.some(t => timeOf(flight) > t - week && timeOf(flight) < t && flight.arrivedAt <= t);
  const seen = own.filter(isSeen).length;
  const between = own.filter(flight => timeOf(flight) < instants[1]!).length;
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(between - 5);
  statements.length = 0;
  expect(await stagedRows('FEW', ...instants)).toBe(seen);
  expect(isFound()).toBe(true);
});

it('finds what arrived as long before its time as may be, at the very start of a window', async () => {
  const { scheduled_departure: time } = flights[earlyIndex]!.row;
  statements.length = 0;
  expect(await stagedRows('EARLY', (time as number) + week - 1)).toBe(1);
  expect(isFound()).toBe(true);
  expect(await stagedRows('EARLY', (time as number) + week)).toBe(0);
});

it('looks at all where no index has the keys, or where most keys are asked for', async () => {
  const read = (asked: typeof spine) =>
    trainingSet(db, program, {
      ...{ read: { vector: 'delay_risk' }, spine: asked, known: { kind: 'arrival' } },
      allowHistoryBehind: true,
    });
  statements.length = 0;
  const every = flights.slice(1000).map(({ row }) => ({
    t: row['scheduled_departure'] as number,
    request: {
      origin: row['origin'] as string,
      destination: row['destination'] as string,
      distance: 100,
    },
  }));
  await read(every);
  expect(isFound()).toBe(false);
  const { rows } = await database.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, indexname) as name from pg_indexes where schemaname = 'history' and tablename = 'flights' and indexname like 'flights#origin%'`,
  );
  expect(rows).toHaveLength(2);
  const expected = await read(spine);
  expect(isFound()).toBe(true);
  await database.pool.query(`drop index ${rows.map(({ name }) => name).join(', ')}`);
  statements.length = 0;
  expect(await read(spine)).toEqual(expected);
  expect(isFound()).toBe(false);
});

it('weighs what it fetches against what it would look at', () => {
  const costs = { ranges: 10, parts: 6, found: 200, records: 10_000, kept: 1000 };
  expect(isWorthFinding(costs)).toBe(true);
  expect(isWorthFinding({ ...costs, found: 10_000 })).toBe(false);
  expect(isWorthFinding({ ...costs, ranges: 10_000 })).toBe(false);
  expect(isWorthFinding({ ...costs, parts: 60_000 })).toBe(false);
  expect(isWorthFinding({ ...costs, found: 2000 })).toBe(false);
  expect(isWorthFinding({ ...costs, found: 2000, kept: 10_000 })).toBe(true);
});
