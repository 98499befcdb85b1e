// How long a training set takes by each shape of SQL, and whether `auto` finds the best one, in one run:
//   node --conditions=source --import tsx bench/training.ts [rows] [reads]
import { Kysely, PostgresDialect } from 'kysely';
import { sqlProgram } from '../generator/backends/sql/program.ts';
import type { Aggregate, AggregatePlan, VectorPlan } from '../generator/ir/index.ts';
import { appendHistory, installSchema, trainingSet } from '../runtime/history/index.ts';
import type { EventRecord, Shape, SpineRow, SqlProgram } from '../runtime/history/index.ts';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import {
  aggregate,
  col,
  column,
  days,
  double,
  group,
  hours,
  int,
  over,
  programOf,
  stream,
  timestamp,
} from '../test/sql/plans.ts';
import { Random } from '../test/support/random.ts';

const ROWS = Number(process.argv[2] ?? 200_000);
const READS = Number(process.argv[3] ?? 4_000);
const SPAN = days(60);
const START = Date.UTC(2026, 0, 1) * 1000;
const shapes = ['lateral', 'running-totals', 'tiles', 'auto'] as const satisfies readonly Shape[];

const windows = { '1h': hours(1), '24h': hours(24), '7d': days(7), '30d': days(30) };
const value = { input: 0 } as const;
const perWindow = (
  kind: Aggregate,
  prefix: string,
  lengths: readonly (keyof typeof windows)[],
): AggregatePlan[] =>
  lengths.map(name =>
    aggregate(`${prefix}_${name}`, kind, kind.kind === 'count' ? int : double, {
      window: over(windows[name]),
      ...(kind.kind === 'count' ? {} : value),
    }),
  );

const kinds = {
  sums: [
    ...perWindow({ kind: 'count' }, 'count', ['1h', '24h', '7d', '30d']),
    ...perWindow({ kind: 'sum' }, 'sum', ['1h', '24h', '7d', '30d']),
    ...perWindow({ kind: 'stddev', population: false, scale: 0 }, 'stddev', ['7d', '30d']),
  ],
  'short sums': perWindow({ kind: 'count' }, 'few', ['1h', '24h']),
  extremes: [
    ...perWindow({ kind: 'min' }, 'min', ['24h', '30d']),
    ...perWindow({ kind: 'max' }, 'max', ['24h', '30d']),
  ],
  ranks: [
    ...perWindow({ kind: 'percentile', p: 0.95, method: 'cont' }, 'p95', ['24h', '7d']),
    ...perWindow({ kind: 'countDistinct' }, 'distinct', ['7d']),
    aggregate('last', { kind: 'last' }, int, value),
  ],
};
const everything = Object.values(kinds).flat();
const features = { ...kinds, all: everything };

const vectors = Object.entries(features).map(([name, aggregates]): VectorPlan => ({
  ...{ doc: null, owner: null, tags: [], status: 'stable', origin: { file: 'bench.ts', line: 1 } },
  name,
  request: [{ name: 'key', type: int, nullable: false }],
  lookups: [{ group: 'keys', keys: [{ kind: 'request', name: 'key' }] }],
  outputs: aggregates.map(plan => ({ ...plan, from: { kind: 'feature', lookup: 0, feature: plan.name } })),
  derived: [],
  features: aggregates.map(plan => plan.name),
}));
const program = sqlProgram(
  programOf({
    sources: [stream('events', [column('key', int), column('t', timestamp), column('value', int)])],
    groups: [
      group(
        'keys',
        [{ name: 'key', type: int }],
        [{ source: 'events', keys: [col('key', int)], inputs: [col('value', int)], filters: [] }],
        everything,
      ),
    ],
    vectors,
  }),
) as SqlProgram;

/** Most arrive within a minute, some hours later. */
function events(key: (random: Random) => number): EventRecord[] {
  const random = new Random(7);
  return Array.from({ length: ROWS }, (_, offset): EventRecord => {
    const arrivedAt = START + Math.floor((SPAN * offset) / ROWS);
    const lag = random.below(20) === 0 ? random.below(hours(6)) : random.below(60_000_000);
    const row = { key: key(random), t: arrivedAt - lag, value: random.below(500) };
    return { kind: 'event', source: 'events', topic: 0, epoch: 0, partition: 0, offset, arrivedAt, row };
  });
}

/** Reads come where events are: dense keys are asked for more often. */
function spineOf(records: readonly EventRecord[]): SpineRow[] {
  const random = new Random(11);
  const from = ROWS / 2;
  return Array.from({ length: READS }, (): SpineRow => {
    const { arrivedAt, row } = records[from + random.below(ROWS - from)]!;
    return { t: arrivedAt, request: { key: row['key']! } };
  });
}

const datasets = {
  'sparse, 20,000 keys': (random: Random) => random.below(20_000),
  'dense, 300 skewed keys': (random: Random) => Math.floor(300 * (random.below(1_000_000) / 1_000_000) ** 2),
};

const server = await startEmbeddedPostgres();
for (const [title, key] of Object.entries(datasets)) {
  const pool = createPool(await server.createDatabase(`bench_${title.slice(0, 5).trim()}`));
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  await installSchema(db, program);
  const records = events(key);
  const started = performance.now();
  await appendHistory(pool, program, records);
  console.log(`\n${title}: ${ROWS} rows in ${seconds(performance.now() - started)}, ${READS} reads`);
  console.log(`${'features'.padEnd(12)}${shapes.map(shape => shape.padStart(16)).join('')}   auto / best`);
  const spine = spineOf(records);
  for (const name of Object.keys(features)) {
    const times: number[] = [];
    let answer = '';
    for (const shape of shapes) {
      const start = performance.now();
      const rows = await trainingSet(db, program, {
        read: { vector: name },
        spine,
        known: { kind: 'arrival' },
        shape,
        allowHistoryBehind: true,
      });
      times.push(performance.now() - start);
      const text = JSON.stringify(rows);
      if (answer !== '' && answer !== text) throw new Error(`${shape} answers otherwise`);
      answer = text;
    }
    const ratio = times[3]! / Math.min(...times.slice(0, 3));
    console.log(
      `${name.padEnd(12)}${times.map(time => seconds(time).padStart(16)).join('')}${ratio.toFixed(2).padStart(14)}`,
    );
  }
  await db.destroy();
}
await server.stop();

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
