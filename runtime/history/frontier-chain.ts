// Control path. Many frontiers in one training set, where they are those of one consumer, or of several that came along
// one way: from one frontier to the next no partition falls back.
//
//   1. each frontier has an instant of its own, rising along the chain
//   2. a record is known since the first frontier that it lies below: that one's instant stands in place of its arrival
//   3. a read knows what is known at the instant of its frontier: `known ≤ known`, as by arrival
//
// Any instants that rise would do. They are those of the reads, so that a record's lag is about what it was when it was
// served, which is what running totals go by.
import { sql } from 'kysely';
import { partitionKey } from './partitions.ts';
import type { SqlSource } from './program.ts';
import { frontierStepsRelation, quoteText } from './relations.ts';
import { runAll } from './session.ts';
import type { AnyTransaction } from './session.ts';
import type { FrontierPosition, Known, KnownFrontiers, SpineRow } from './spine.ts';
import { tableOf } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** From here on, to the next step of the partition, records are known since `known`, µs. */
export interface FrontierStep extends FrontierPosition {
  readonly known: number;
}

export interface AlongChain {
  readonly spine: readonly SpineRow[];
  /** What the rows know, by the instants of their frontiers. */
  readonly known: Known;
  /** What all of them know together. */
  readonly within: Known;
  readonly steps: readonly FrontierStep[];
}

/** What lies below the first frontier was always known. */
const always = -9_000_000_000_000_000;

/**
 * A spine that names frontiers as one that names instants.
 * @throws RangeError where the frontiers are no chain, or a row names none of them
 */
export function alongChain({ chain }: KnownFrontiers, spine: readonly SpineRow[]): AlongChain {
  const instants = instantsOf(chain, spine);
  return {
    spine: spine.map(row => ({ ...row, knownAt: instants[placeOf(row, chain)]! })),
    known: { kind: 'arrival' },
    within: { kind: 'frontier', positions: chain.at(-1)! },
    steps: stepsOf(chain, instants),
  };
}

/** The latest read at a frontier or before it, and after that of the frontier before. */
function instantsOf(chain: KnownFrontiers['chain'], spine: readonly SpineRow[]): readonly number[] {
  const instants = chain.map(() => always + 1);
  for (const row of spine) {
    const place = placeOf(row, chain);
    instants[place] = Math.max(instants[place]!, row.t);
  }
  for (let place = 1; place < instants.length; place += 1)
    instants[place] = Math.max(instants[place]!, instants[place - 1]! + 1);
  return instants;
}

function placeOf({ frontier }: SpineRow, chain: KnownFrontiers['chain']): number {
  if (frontier !== undefined && frontier in chain) return frontier;
  throw new RangeError(`a row names the frontier ${String(frontier)}, of ${chain.length}`);
}

function stepsOf(chain: KnownFrontiers['chain'], instants: readonly number[]): readonly FrontierStep[] {
  const reached = new Map<string, number>();
  return chain.flatMap((frontier, place) => {
    const next = new Map(frontier.map(position => [partitionKey(position), position.nextOffset]));
    for (const [partition, before] of reached) {
      if ((next.get(partition) ?? 0) < before)
        throw new RangeError(`the frontiers are no chain: ${partition} falls back at frontier ${place}`);
    }
    const known = place === 0 ? always : instants[place]!;
    return frontier.flatMap((position): FrontierStep[] => {
      const key = partitionKey(position);
      if (position.nextOffset === (reached.get(key) ?? 0)) return [];
      reached.set(key, position.nextOffset);
      return [{ ...position, known }];
    });
  });
}

/** Makes the relation of the steps. */
export async function stageSteps(
  trx: AnyTransaction,
  workspace: Workspace,
  steps: readonly FrontierStep[],
): Promise<void> {
  const columns = [
    ...['source text collate "C"', 'topic integer', 'epoch integer', 'partition integer'],
    ...['next_offset bigint', 'known bigint', 'primary key (source, topic, epoch, partition, next_offset)'],
  ];
  await runAll(trx, [tableOf(workspace, frontierStepsRelation, columns)]);
  await sql`insert into ${sql.raw(frontierStepsRelation)}
    select * from json_to_recordset(${JSON.stringify(steps)}::json)
      as s(source text, topic integer, epoch integer, partition integer, "nextOffset" bigint, known bigint)`.execute(
    trx,
  );
  await runAll(trx, [`analyze ${frontierStepsRelation}`]);
}

/** Since when a record `h` below the last frontier is known. */
export function knownSince({ name }: SqlSource): string {
  return `(select c.known from ${frontierStepsRelation} as c
      where c.source = ${quoteText(name)} and c.topic = h."_topic" and c.epoch = h."_epoch" and c.partition = h."_partition"
        and c.next_offset > h."_offset" order by c.next_offset limit 1)`;
}
