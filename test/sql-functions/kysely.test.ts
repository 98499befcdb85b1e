/** A vector joined to a query of one's own, built with Kysely: the rows that a training set has. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delayRiskAt } from '../../generated/sql/delay-risk-vector.ts';
import type { DelayRiskValues } from '../../generated/sql/delay-risk-vector.ts';
import type { Database } from '../../generated/sql/index.ts';
import { trainingSet } from '../../runtime/history/index.ts';
import type { SpineRow, Value } from '../../runtime/history/index.ts';
import { flightHistory, programs, us } from '../backfill/support.ts';
import type { TestHistory } from '../backfill/support.ts';

interface Departures {
  readonly n: number;
  readonly origin: string;
  readonly destination: string;
  readonly distance: number;
  readonly leaves_at: Date;
}

const routes = [
  ['ORD', 'LAX'],
  ['LAX', 'JFK'],
  ['JFK', 'SFO'],
  ['SFO', 'ORD'],
  ['BOS', 'ORD'],
] as const;
const departures = Array.from({ length: 60 }, (_, n): Departures => {
  const [origin, destination] = routes[n % routes.length]!;
  const leavesAt = new Date(us('2026-01-01T06:00:00Z') / 1000 + n * 17 * 60_000);
  return { ...{ n, origin, destination }, distance: 300 + 10 * n, leaves_at: leavesAt };
});

let history: TestHistory;
let db: Kysely<Database & { readonly departures: Departures }>;
beforeAll(async () => {
  history = await flightHistory();
  db = new Kysely({ dialect: new PostgresDialect({ pool: history.pool }) });
  await sql`create table departures (n integer, origin text, destination text, distance bigint, leaves_at timestamptz)`.execute(
    db,
  );
  await db.insertInto('departures').values(departures).execute();
});
afterAll(() => history.end());

const joined = (knownAt?: string) =>
  db
    .selectFrom('departures as d')
    .innerJoinLateral(
      ({ ref }) =>
        delayRiskAt({
          origin: ref('d.origin'),
          destination: ref('d.destination'),
          distance: ref('d.distance'),
          t: ref('d.leaves_at'),
          ...(knownAt === undefined ? {} : { known_at: sql<Date>`${knownAt}::timestamptz` }),
        }),
      join => join.onTrue(),
    )
    .selectAll('f')
    .orderBy('d.n')
    .execute();

async function expected(known: 'arrival' | 'hindsight'): Promise<readonly Readonly<Record<string, Value>>[]> {
  const spine = departures.map(({ origin, destination, distance, leaves_at: t }): SpineRow => ({
    t: t.getTime() * 1000,
    request: { origin, destination, distance },
  }));
  return await trainingSet(db, programs.sql, {
    read: { vector: 'delay_risk' },
    spine,
    known: { kind: known },
  });
}

/** Whole numbers come as text from `pg`. */
const inner = (row: DelayRiskValues): object =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? Number(value) : value]),
  );

test('has the rows of the training set, by arrival and in hindsight', async () => {
  const [arrival, hindsight] = [await joined(), await joined('infinity')];
  expect(arrival.map(inner)).toEqual(await expected('arrival'));
  expect(hindsight.map(inner)).toEqual(await expected('hindsight'));
  expect(hindsight).not.toEqual(arrival);
});
