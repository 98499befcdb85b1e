// Control path. How far the history reaches, and whether that is far enough.
import { sql } from 'kysely';
import type pg from 'pg';
import { queryRows } from './client.ts';
import { HistoryBehind } from './errors.ts';
import type { Lack } from './errors.ts';
import { instantText } from './instants.ts';
import { importTopic, orInfinite } from './partitions.ts';
import type { PartitionPlace } from './partitions.ts';
import { frontierRelation } from './relations.ts';
import { rowsOf, runAll } from './session.ts';
import type { AnyDatabase, AnyTransaction } from './session.ts';
import type { FrontierPosition, Known } from './spine.ts';
import { tableOf } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** A partition's place in the history. Instants in µs. */
export interface HistoryFrontier {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly nextOffset: number;
  /** The greatest arrival so far; −Infinity where there was none. */
  readonly arrivedAt: number;
  /**
   * Every record that arrived before this is in; −Infinity where none is. Infinity for an import that a log follows,
   * else as far as the source's last import goes.
   */
  readonly completeUntil: number;
}

export async function historyFrontier(db: AnyDatabase): Promise<readonly HistoryFrontier[]> {
  return (await rowsOf(db, frontierQuery)).map(frontierRow);
}

/** {@link historyFrontier} in the transaction that the client is in. */
export async function readFrontier(client: pg.ClientBase): Promise<readonly HistoryFrontier[]> {
  return (await queryRows(client, frontierQuery)).map(frontierRow);
}

const frontierQuery = `select source, topic, epoch, partition, next_offset, ${orInfinite('arrived_at')} as arrived_at,
    ${orInfinite('complete_until')} as complete_until
  from "history"."completeness" order by source, topic, epoch, partition`;

function frontierRow(row: Readonly<Record<string, unknown>>): HistoryFrontier {
  return {
    source: row['source'] as string,
    topic: row['topic'] as number,
    epoch: row['epoch'] as number,
    partition: row['partition'] as number,
    nextOffset: Number(row['next_offset']),
    arrivedAt: Number(row['arrived_at']),
    completeUntil: Number(row['complete_until']),
  };
}

/**
 * @param present what the history has of these sources
 * @param latest the greatest knownAt of the spine, µs; of no matter unless `known` is by arrival
 * @throws HistoryBehind when some partition of these sources lacks what is needed
 */
export function requireHistory(
  present: readonly HistoryFrontier[],
  sources: readonly string[],
  known: Known,
  latest: number,
): void {
  if (known.kind === 'hindsight') return;
  const lacks =
    known.kind === 'arrival'
      ? lacksOfTime(sources, present, latest)
      : lacksOfOffsets(sources, present, known.positions);
  if (lacks.length > 0) throw new HistoryBehind(lacks);
}

/** {@link historyFrontier} of these sources. */
export async function frontierOf(
  db: AnyDatabase,
  sources: readonly string[],
): Promise<readonly HistoryFrontier[]> {
  return (await historyFrontier(db)).filter(({ source }) => sources.includes(source));
}

function lacksOfTime(
  sources: readonly string[],
  present: readonly HistoryFrontier[],
  latest: number,
): readonly Lack[] {
  const needed = Number.isFinite(latest) ? `all arrivals up to ${instantText(latest)}` : 'some history';
  const absent = sources
    .filter(source => !present.some(partition => partition.source === source))
    .map(source => ({ source, of: null, needed, present: 'nothing' }));
  const short = present
    .filter(({ completeUntil }) => completeUntil <= latest)
    .map(partition => ({
      source: partition.source,
      of: partition,
      needed,
      present:
        partition.completeUntil === -Infinity
          ? 'nothing'
          : `those before ${instantText(partition.completeUntil)}`,
    }));
  return [...absent, ...short];
}

function lacksOfOffsets(
  sources: readonly string[],
  present: readonly HistoryFrontier[],
  positions: readonly FrontierPosition[],
): readonly Lack[] {
  return positions
    .filter(({ source }) => sources.includes(source))
    .flatMap(position => {
      const there = present.find(partition => isSamePartition(partition, position));
      const next = there?.nextOffset ?? 0;
      if (next >= position.nextOffset) return [];
      const needed = `offsets below ${position.nextOffset}`;
      const isDropped = there === undefined && position.topic === importTopic;
      const has = isDropped ? 'none of them: the import was dropped' : `those below ${next}`;
      return [{ source: position.source, of: position, needed, present: has }];
    });
}

export const isSamePartition = (a: PartitionPlace, b: PartitionPlace): boolean =>
  a.source === b.source && a.topic === b.topic && a.epoch === b.epoch && a.partition === b.partition;

/** Makes the relation of a given frontier. */
export async function stageFrontier(
  trx: AnyTransaction,
  workspace: Workspace,
  positions: readonly FrontierPosition[],
  relation = frontierRelation,
): Promise<void> {
  const columns = [
    ...['source text collate "C"', 'topic integer', 'epoch integer', 'partition integer'],
    'next_offset bigint',
  ];
  await runAll(trx, [tableOf(workspace, relation, columns)]);
  for (const { source, topic, epoch, partition, nextOffset } of positions) {
    await sql`insert into ${sql.raw(relation)} values (${source}, ${topic}, ${epoch}, ${partition}, ${nextOffset})`.execute(
      trx,
    );
  }
}
