import type { Placed, SourceRecord } from './record.ts';

/** The next offset of one partition; what is not in a frontier has not begun. */
export type FrontierEntry = Pick<SourceRecord, 'source' | 'topic' | 'epoch' | 'partition' | 'offset'>;

/**
 * The records that a read may see (semantics §3.3): all of them, those that had arrived by an instant (µs),
 * or those below a frontier.
 */
export type Knowledge =
  'all' | { readonly knownAt: number } | { readonly frontier: readonly FrontierEntry[] };

export function isKnown(record: Placed, known: Knowledge): boolean {
  if (known === 'all') return true;
  if ('knownAt' in known) return record.arrivedAt <= known.knownAt;
  const [topic, epoch, partition, offset] = record.position;
  return known.frontier.some(
    next =>
      next.source === record.source &&
      (next.topic ?? 0) === topic &&
      (next.epoch ?? 0) === epoch &&
      next.partition === partition &&
      offset < next.offset,
  );
}
