import { afterAll, beforeAll, expect, test } from 'vitest';
import { trainingSet } from '../../runtime/history/index.ts';
import type { ReadTarget } from '../../runtime/history/resolve-read.ts';
import type { FrontierPosition, SpineRow } from '../../runtime/history/spine.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { shapes } from '../support/three-ways/by-sql.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { frontierAfter, readsOf } from '../support/three-ways/read.ts';
import type { Read, Session } from '../support/three-ways/read.ts';
import { frontierSession, workedExamples } from './support.ts';

/** Reads at many frontiers in one training set are what they are in a training set of each frontier. */
const settings = runSettings({ seed: 20_261_211, runs: 1, values: 0 });

let project: TemporaryProject;
let database: ProgramDatabase;

beforeAll(async () => {
  project = await workedExamples();
  database = await databaseFor(project.program.sql);
});

afterAll(async () => {
  await database?.end();
  project?.remove();
});

const FRONTIERS = 4;

function positionsAfter({ order }: Session, consumed: number): readonly FrontierPosition[] {
  return frontierAfter(order, consumed).map(({ offset, ...place }) => ({ ...place, nextOffset: offset }));
}

/**
 * The same records, each in any partition: versions of one row too, which so come otherwise than they stand. Without
 * truncates, which would make every row so.
 */
function scattered({ order, ...session }: Session, random: Random): Session {
  const next = new Map<string, number>();
  return {
    ...session,
    order: order
      .filter(record => !isTruncate(record))
      .map(record => {
        const partition = random.below(3);
        const key = `${record.source} ${partition}`;
        const offset = next.get(key) ?? 0;
        next.set(key, offset + 1);
        return { ...record, topic: 0, epoch: 0, partition, offset };
      }),
  };
}

const isTruncate = ({ value }: Session['order'][number]): boolean =>
  JSON.stringify(value).includes('"op":"t"');

/** Frontiers spread over the log, from before its first record to after its last. */
function chainOf(session: Session, random: Random): readonly (readonly FrontierPosition[])[] {
  const { length } = session.order;
  const places = [0, length, ...Array.from({ length: FRONTIERS - 2 }, () => random.below(length + 1))];
  return places.sort((a, b) => a - b).map(consumed => positionsAfter(session, consumed));
}

const histories = [
  ['', (session: Session) => session],
  [', where rows of tables come by several partitions', scattered],
] as const;

test.each(histories)(
  'reads along a chain of frontiers are those of each frontier%s',
  async (_, historyOf) => {
    let differAlong = 0;
    for (let run = 0; run < settings.runs; run += 1) {
      const random = new Random(settings.seed + run);
      const session = historyOf(frontierSession(project.program, random), random);
      await fillHistory(database, project.program, session.order);
      const chain = chainOf(session, random);
      const reads = readsOf(session);
      for (const [index, name] of [...new Set(reads.map(read => read.name))].entries()) {
        const shape = shapes[(index + settings.seed + run) % shapes.length]!;
        const of = reads.filter(read => read.name === name);
        // Every read at every frontier.
        const rows = of.flatMap(read => chain.map((_, frontier) => rowOf(read, frontier)));
        const target: ReadTarget = of[0]!.kind === 'group' ? { group: name } : { vector: name };
        const options = { read: target, labels: false, shape, allowHistoryBehind: true };
        const set = await trainingSet(database.db, project.program.sql, {
          ...options,
          spine: rows,
          known: { kind: 'frontiers', chain },
        });
        const texts = new Set<string>();
        for (const [frontier, positions] of chain.entries()) {
          const own = rows.flatMap((row, index) => (row.frontier === frontier ? [index] : []));
          const alone = await trainingSet(database.db, project.program.sql, {
            ...options,
            spine: own.map(index => rows[index]!),
            known: { kind: 'frontier', positions },
          });
          expect([name, own.map(index => set[index])]).toEqual([name, alone]);
          texts.add(String(alone.map(row => Object.values(row).map(String).join())));
        }
        differAlong += texts.size - 1;
      }
    }
    expect(differAlong).toBeGreaterThan(20);
  },
);

const rowOf = ({ t, request }: Read, frontier: number): SpineRow => ({ t, request, frontier });
