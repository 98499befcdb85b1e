// Control path. The audit log verified: page by page its reads are computed again, and counted; what differs is looked
// behind at the end.
import { historyFrontier } from '../history/frontier.ts';
import { importTopic, partitionKey } from '../history/partitions.ts';
import type { SqlProgram } from '../history/program.ts';
import type { AnyDatabase } from '../history/session.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { checkRead } from './check-read.ts';
import type { Frontier } from './frontier-chains.ts';
import type { LoggedRead } from './logged-read.ts';
import { lookBehind } from './look-behind.ts';
import type { DifferingValue } from './look-behind.ts';
import { readLog } from './read-log.ts';
import type { LogRange } from './read-log.ts';
import { setsOf } from './read-sets.ts';
import type { ReadSet } from './read-sets.ts';
import { recompute, requestOf } from './recompute.ts';
import { VerifyTally } from './verify-report.ts';
import type { Difference, VerifyReport } from './verify-report.ts';

export interface VerifyOptions extends LogRange {
  /** Differences that are told one by one; all are counted. */
  readonly shown: number;
  /** Events that are told of one difference; all are counted. */
  readonly events: number;
}

/** A difference, before it is looked behind. */
interface Found extends DifferingValue {
  readonly difference: Omit<Difference, 'behind'>;
}

/**
 * Verifies what the audit log holds of a range. Reads the history and the log, and changes nothing.
 * @throws DamagedRead for a logged read that has been altered so that it cannot be computed again
 */
export async function verifyReads(
  db: AnyDatabase,
  program: SqlProgram,
  plan: Pick<ServingPlan, 'served'>,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const tally = new VerifyTally();
  const found: Found[] = [];
  const onLost = (name: string): void => tally.gone(name, 1, 'history.audit_frontier lacks what they knew');
  for await (const page of readLog(db, options, onLost)) {
    const reads = ofThisMeaning(plan, page, tally);
    const isReached = await reachedNow(db);
    const sets = setsOf(program, reads, isReached, ({ name }, frontier) => {
      const dropped = frontier.find(place => place.topic === importTopic && !isReached([place]));
      if (dropped === undefined) tally.pending(name, 1);
      else tally.gone(name, 1, `import ${dropped.epoch} of ${dropped.source} was dropped`);
    });
    for (const set of sets)
      found.push(...(await compare(db, program, set, tally, options.shown - found.length)));
  }
  const behind = await lookBehind(db, program, found, await reachedNow(db), options.events);
  return tally.report(found.map(each => ({ ...each.difference, behind: behind.get(each) ?? null })));
}

/** Whether the history has got as far as a frontier. */
async function reachedNow(db: AnyDatabase): Promise<(frontier: Frontier) => boolean> {
  const reached = new Map(
    (await historyFrontier(db)).map(place => [partitionKey(place), place.nextOffset] as const),
  );
  return frontier => frontier.every(place => (reached.get(partitionKey(place)) ?? 0) >= place.nextOffset);
}

/** What another meaning of the features answered is no word about this one: it is counted, and left alone. */
function ofThisMeaning(
  { served }: Pick<ServingPlan, 'served'>,
  page: readonly LoggedRead[],
  tally: VerifyTally,
): readonly LoggedRead[] {
  const meanings = new Map(served.map(({ kind, name, fingerprint }) => [`${kind} ${name}`, fingerprint]));
  return page.filter(({ kind, name, fingerprint }) => {
    const present = meanings.get(`${kind} ${name}`) ?? null;
    if (present === fingerprint) return true;
    tally.otherMeaning({ kind, name, fingerprint, present });
    return false;
  });
}

/** Computes a set again and counts it. @returns so many of the differences, the first ones */
async function compare(
  db: AnyDatabase,
  program: SqlProgram,
  set: ReadSet,
  tally: VerifyTally,
  shown: number,
): Promise<readonly Found[]> {
  for (const { read } of set.reads) checkRead(set.resolved.vector, read);
  const { compared, gone } = await recompute(db, program, set);
  const name = 'group' in set.target ? set.target.group : set.target.vector;
  if (gone !== null) tally.gone(name, gone.reads, gone.reason);
  const found: Found[] = [];
  for (const { placed, served, recomputed, features } of compared) {
    const { read } = placed;
    const { kind, t, readAt } = read;
    for (const feature of tally.compare({ kind, name }, features)) {
      if (found.length >= shown) break;
      const both = { served: served[feature]!, recomputed: recomputed[feature]! };
      const request = requestOf(set.resolved, read);
      found.push({ read, feature, difference: { kind, name, feature, request, t, readAt, ...both } });
    }
  }
  return found;
}
