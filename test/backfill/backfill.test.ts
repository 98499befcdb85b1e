import { existsSync, readFileSync } from 'node:fs';
import { backfill } from 'skewless/training';
import type { BackfillOptions, TrainingSetMetadata } from 'skewless/training';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trainingSet } from '../../runtime/history/index.ts';
import type { Known, SpineRow } from '../../runtime/history/index.ts';
import { csvOf, departures, flightHistory, flights, instantText, programs, readBack, us } from './support.ts';
import type { TestHistory } from './support.ts';

let history: TestHistory;
let common: Pick<BackfillOptions, 'pool' | 'programs' | 'read' | 'spine'>;
const rows = departures(60);
const asSpine = (more: Partial<SpineRow> = {}): SpineRow[] =>
  rows.map(({ t, origin, destination, distance }) => ({
    ...{ t, request: { origin, destination, distance }, ...more },
  }));

beforeAll(async () => {
  history = await flightHistory();
  const spine = history.file('spine.csv', csvOf(rows));
  common = { pool: history.pool, programs, read: 'delay_risk', spine };
});
afterAll(() => history.end());

const place = { source: 'flights', topic: 0, epoch: 0, partition: 0 };
const knowledges: readonly Known[] = [
  { kind: 'arrival' },
  { kind: 'arrival', lag: 3_600_000_000 },
  { kind: 'hindsight' },
  { kind: 'frontier', positions: [{ ...place, nextOffset: 50 }] },
];

describe.each(knowledges)('known by %o', known => {
  test.each([false, true])('the values are those of trainingSet, row by row (before: %o)', async before => {
    const out = history.file('known.parquet');
    const report = await backfill({ ...common, out, known, before, chunkRows: 7, jobs: 3 });
    const found = await readBack(out, report.columns, history.pool);
    const expected = await trainingSet(history.db, programs.sql, {
      ...{ read: { vector: 'delay_risk' }, spine: asSpine(), known, before },
    });
    const features = Object.keys(expected[0]!);
    expect(features).toHaveLength(16);
    rows.forEach((row, at) => {
      const values = Object.fromEntries(features.map(name => [name, found.get(name)![at]]));
      expect(values).toEqual(expected[at]);
      expect(found.get('t')![at]).toBe(row.t);
      expect(found.get('label')![at]).toBe(row.label);
    });
  });
});

const ends = ['set.csv', 'set.ndjson', 'set.parquet', 'table:public.training'] as const;
test.each(ends)('%s has the same columns and values as any other', async end => {
  const out = end.startsWith('table:') ? end : history.file(end);
  const report = await backfill({ ...common, out });
  const names = report.columns.map(({ name }) => name);
  expect(names.slice(0, 5)).toEqual(['origin', 'destination', 'distance', 't', 'label']);
  expect(names).toHaveLength(21);
  const first = await readBack(out, report.columns, history.pool);
  const parquet = history.file('reference.parquet');
  await backfill({ ...common, out: parquet });
  expect(first).toEqual(await readBack(parquet, report.columns, history.pool));
});

test('the metadata stand beside the file, and say what it is', async () => {
  const out = history.file('told.csv');
  const { metadata, run } = await backfill({ ...common, out, known: { kind: 'arrival', lag: 5 } });
  const beside = JSON.parse(readFileSync(`${out}.skewless.json`, 'utf8')) as TrainingSetMetadata;
  expect(beside).toEqual(metadata);
  const served = programs.serving.served.find(({ name }) => name === 'delay_risk')!;
  expect(beside).toMatchObject({
    ...{ kind: 'vector', name: 'delay_risk', fingerprint: served.fingerprint, run, before: false },
    known: { kind: 'arrival', lag: 5 },
    frontier: [{ ...place, nextOffset: flights.length }],
    spine: { name: 'spine.csv', rows: rows.length },
    notes: { producerArrivals: [], beforeSnapshot: [], beforeHistory: [] },
  });
  expect(beside.features.map(({ name }) => name)).toEqual(served.features.map(({ name }) => name));
  const { columns } = beside.profile as { columns: Record<string, { count: number; nulls: number }> };
  expect(Object.keys(columns)).toEqual(served.features.map(({ name }) => name));
  expect(columns['route_last_delay']!.nulls + columns['route_last_delay']!.count).toBe(rows.length);
});

test('rows may tell their own known_at, and one without has the usual', async () => {
  const t = '2026-01-01T12:00:00Z';
  const spine = history.file(
    'known.csv',
    `airport,known_at,t\nORD,2026-01-01T03:00:00Z,${t}\nORD,,${t}\nORD,${t},${t}\n`,
  );
  const out = history.file('known.ndjson');
  const report = await backfill({ ...common, read: 'airport_departures', spine, out });
  const found = await readBack(out, report.columns, history.pool);
  expect(report.columns.slice(0, 3).map(({ name }) => name)).toEqual(['airport', 't', 'known_at']);
  expect(found.get('known_at')).toEqual([us('2026-01-01T03:00:00Z'), null, us(t)]);
  const [early, usual, same] = found.get('departures_24h')!;
  expect(usual).toBe(same);
  expect(early).toBeLessThan(usual as number);
});

test('in hindsight known_at is a column like others', async () => {
  const spine = history.file('passed.csv', 'airport,known_at,t\nORD,whenever,2026-01-01T12:00:00Z\n');
  const out = history.file('passed.ndjson');
  const read = 'airport_departures';
  const report = await backfill({ ...common, read, spine, out, known: { kind: 'hindsight' } });
  expect((await readBack(out, report.columns, history.pool)).get('known_at')).toEqual(['whenever']);
});

test('the instants may have another name, which they keep', async () => {
  const spine = history.file('named.csv', 'airport,t,at\nORD,mine,2026-01-01T12:00:00Z\n');
  const out = history.file('named.ndjson');
  const report = await backfill({ ...common, read: 'airport_departures', spine, out, timeColumn: 'at' });
  const found = await readBack(out, report.columns, history.pool);
  expect(found.get('at')).toEqual([us('2026-01-01T12:00:00Z')]);
  expect(found.get('t')).toEqual(['mine']);
});

test('a spine may be a query, with columns of other types', async () => {
  const spine = `query:select 'ORD' as airport, '2026-01-01T12:00:00Z'::timestamptz as t, n as big, array[n, null] is null as odd
    from generate_series(9007199254740993::bigint, 9007199254740995) as n order by n`;
  const out = history.file('query.ndjson');
  const report = await backfill({ ...common, read: 'airport_departures', spine, out });
  expect(report.rows).toBe(3);
  expect((await readBack(out, report.columns, history.pool)).get('big')).toEqual([
    ...[9007199254740993n, 9007199254740994n, 9007199254740995n],
  ]);
});

test('the leak is counted: rows in which hindsight knows a flight that has not left', async () => {
  const spine = asSpine();
  const read = { vector: 'delay_risk' };
  const at = (known: Known) => trainingSet(history.db, programs.sql, { read, spine, known });
  const [then, later] = [await at({ kind: 'arrival' }), await at({ kind: 'hindsight' })];
  const expected = Object.keys(then[0]!).map(feature => ({
    feature,
    rows: then.filter((row, index) => !Object.is(row[feature], later[index]![feature])).length,
  }));
  expect(expected.find(({ feature }) => feature === 'departures_1h')!.rows).toBeGreaterThan(0);
  const { leak } = await backfill({ ...common, out: null, leak: true, chunkRows: 11 });
  expect(leak).toEqual(expected);
});

test('a dry run checks and leaves nothing', async () => {
  const out = history.file('dry.csv');
  const report = await backfill({ ...common, out, dryRun: true });
  expect(report).toMatchObject({ rows: rows.length, out: null, metadata: null });
  expect(existsSync(out)).toBe(false);
});

test('no schema of a run is left once it has ended', async () => {
  const { rows: left } = await history.pool.query(
    `select 1 from pg_namespace where nspname like 'skewless_run_%'`,
  );
  expect(left).toEqual([]);
});

test('wherever instants stand, they are those of the spine', async () => {
  const out = history.file('instants.csv');
  await backfill({ ...common, out });
  const lines = readFileSync(out, 'utf8').split('\n');
  expect(lines[1]).toContain(instantText(rows[0]!.t));
  expect(lines).toHaveLength(rows.length + 2);
});
