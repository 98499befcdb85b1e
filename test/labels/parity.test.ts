import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { historyFrontier, trainingSet } from '../../runtime/history/index.ts';
import type { Known, SpineRow } from '../../runtime/history/index.ts';
import { columnsOfVector } from '../../runtime/history/result-query.ts';
import { Oracle } from '../../testing/index.ts';
import type { CompletePartition, Knowledge, Values } from '../../testing/index.ts';
import type { AnyFeatureVector } from '../../dsl/index.ts';
import { edgesOf } from '../support/history/edges.ts';
import { randomHistory } from '../support/history/history.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import { keyColumnsOf } from '../support/history/key-columns.ts';
import { readInstants } from '../support/history/read-instants.ts';
import { keyValue } from '../support/history/column-values.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { shapes } from '../support/three-ways/by-sql.ts';
import { isSame } from '../support/three-ways/compare.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { frontierAfter } from '../support/three-ways/read.ts';
import { batchesOf, carryingNothing, featuresOf, openRun, rowsOf } from '../training-run/support/run.ts';
import { labelProject } from './support/declarations.ts';

// The labels of a vector over random histories, by the oracle, by a training set and by a run in parts: events at both
// ends of windows, late and repeated ones, partitions that are complete up to right before, at and right after what a
// label needs, and everything that a training set may know.

const settings = runSettings({ seed: 20_261_122, runs: 6, values: 0 });
const hour = 3_600_000_000;
const aheads = [3 * hour, 6 * hour, 24 * hour];

let project: TemporaryProject;
let database: ProgramDatabase;

beforeAll(async () => {
  project = await labelProject();
  database = await databaseFor(project.program.sql);
});

afterAll(async () => {
  await database?.end();
  project?.remove();
});

interface Reads {
  readonly history: readonly LoggedRecord[];
  readonly spine: readonly SpineRow[];
}

/** Events gather around some instants: reads stand at them, and where their windows end at them. */
function randomReads(random: Random): Reads {
  const { plan } = project.program;
  const found = edgesOf(plan);
  const edges = { ...found, lengths: [...new Set([...found.lengths, ...aheads])] };
  const instants = readInstants(edges, random);
  const history = randomHistory(
    plan,
    { edges, reads: instants, keyColumns: keyColumnsOf(plan), size: 120 },
    random.fork(),
  );
  const keys = plan.vectors[0]!.request;
  const spine = Array.from({ length: 40 }, (): SpineRow => {
    const at = random.pick(instants);
    const t = random.chance(0.5) ? at : at - random.pick(aheads) + random.between(-1, 1);
    const request = Object.fromEntries(
      keys.map(({ name, type }) => [name, keyValue(type, random) as string]),
    );
    return { t, request, ...(random.chance(0.3) ? { knownAt: t + random.between(-2, 2) * hour } : {}) };
  });
  return { history, spine };
}

/** Moves the end of what is complete of each partition to where it decides. */
async function completePartitions(
  spine: readonly SpineRow[],
  random: Random,
): Promise<readonly CompletePartition[]> {
  for (const { source, topic, epoch, partition } of await historyFrontier(database.db)) {
    const until = random.pick(spine).t + random.pick([0, hour]) + random.pick(aheads) + random.between(-1, 1);
    const complete = random.chance(0.5)
      ? sql`'infinity'`
      : random.chance(0.05)
        ? sql`'-infinity'`
        : sql`timestamptz 'epoch' + make_interval(secs => ${Math.floor(until / 1e6)}) + ${until - Math.floor(until / 1e6) * 1e6} * interval '1 microsecond'`;
    await sql`update "history"."frontier" set complete_until = ${complete}
      where (source, topic, epoch, partition) = (${source}, ${topic}, ${epoch}, ${partition})`.execute(
      database.db,
    );
  }
  return await historyFrontier(database.db);
}

function knowledgeOf(known: Known, { t, knownAt }: SpineRow): Knowledge {
  if (known.kind === 'hindsight') return 'all';
  if (known.kind === 'arrival') return { knownAt: knownAt ?? t - (known.lag ?? 0) };
  return { frontier: known.positions.map(({ nextOffset, ...place }) => ({ ...place, offset: nextOffset })) };
}

const randomKnown = (history: readonly LoggedRecord[], random: Random): Known =>
  random.pick<() => Known>([
    () => ({ kind: 'arrival' }),
    () => ({ kind: 'arrival', lag: random.below(hour) }),
    () => ({ kind: 'hindsight' }),
    () => ({
      kind: 'frontier',
      positions: frontierAfter(history, random.below(history.length + 1)).map(({ offset, ...place }) => ({
        ...place,
        nextOffset: offset,
      })),
    }),
  ])();

test('labels are what the oracle says, and null until they are complete', { timeout: 300_000 }, async () => {
  const { program } = project;
  const { db, pool } = database;
  const vector = program.declarations.find(
    (declared): declared is AnyFeatureVector => declared.kind === 'vector',
  )!;
  const columns = columnsOfVector(program.sql.vectors[0]!);
  const labels = new Set(vector && Object.keys(vector.labels.taken));
  const counts = { values: 0, incomplete: 0 };
  for (let i = 0; i < settings.runs; i += 1) {
    const seed = (settings.seed + i) >>> 0;
    const random = new Random(seed);
    const { history, spine } = randomReads(random);
    await fillHistory(database, program, history);
    const complete = await completePartitions(spine, random);
    const oracle = new Oracle(history, [vector]);
    for (const shape of shapes) {
      const known = randomKnown(history, random);
      const before = random.chance(0.3);
      const expected = spine.map((row): Values => {
        const options = { before, known: knowledgeOf(known, row), complete };
        const request = row.request as Values;
        const features = oracle.readVector(vector, request, row.t, options);
        return { ...features, ...oracle.readVectorLabels(vector, request, row.t, options) };
      });
      const read = { vector: 'risk' };
      const set = await trainingSet(db, program.sql, {
        ...{ read, spine, known, before, shape },
        allowHistoryBehind: true,
      });
      const request = { read, known, before, carried: [], hasKnownAt: true };
      const run = await openRun(pool, program.sql, request, {
        id: `labels_${i}_${shape.replace('-', '_')}`,
        shape,
      });
      await run.load(batchesOf(carryingNothing(spine)));
      await run.compute(() => undefined);
      const inParts = featuresOf(run.columns, columns, await rowsOf(run.results(0)));
      await run.drop();
      await run.close();
      for (const [side, rows] of Object.entries({ set, inParts })) {
        for (const [index, row] of rows.entries()) {
          expect(Object.keys(row)).toEqual(Object.keys(expected[index]!));
          for (const [name, value] of Object.entries(expected[index]!)) {
            if (labels.has(name)) counts.values += 1;
            if (name === 'bought_or_not' && value === null) counts.incomplete += 1;
            if (!isSame(row[name], value))
              expect.fail(
                `seed ${seed}, ${side}, ${shape}, ${JSON.stringify({ known: known.kind, before, ...spine[index] })}: ${name} is ${String(row[name])}, not ${String(value)}`,
              );
          }
        }
      }
    }
  }
  console.log(`labels: ${counts.values} values, ${counts.incomplete} incomplete, seed ${settings.seed}`);
  expect(counts.incomplete).toBeGreaterThan(50);
});
