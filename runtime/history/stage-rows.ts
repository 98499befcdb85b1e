// Control path. The rows of a feed that the reads of a lookup can see, each once, side by side as windows read them.
import type { SqlFeed, SqlGroup } from './program.ts';
import { columnsOf, readsRelation } from './relations.ts';

/** Bounds of event time, both included: µs as text, or a subquery of it. */
export interface TimeBounds {
  /** null: reads look at all that is before. */
  readonly earliest: string | null;
  readonly latest: string;
}

/**
 * The bounds of what the windows of a feed look at, over the reads.
 * @param end the least or the greatest value over the reads `s`
 */
export function timeBounds(
  group: SqlGroup,
  feed: SqlFeed,
  end: (aggregate: 'min' | 'max', value: string) => string,
): TimeBounds {
  const windows = group.windows.filter(window => window.feed === feed.index);
  const needsPast =
    windows.some(({ lo }) => lo === null) ||
    group.probes.some(
      probe =>
        probe.kind === 'rows' && probe.looksBack && windows.some(({ index }) => index === probe.window),
    );
  return {
    earliest: needsPast
      ? null
      : end('min', `least(${windows.map(({ index }) => `s."lo${index}"`).join(', ')})`),
    latest: end('max', `greatest(${windows.map(({ index }) => `s."hi${index}"`).join(', ')})`),
  };
}

/**
 * A query of the rows of the reads' keys within bounds, in order. Of their columns it has those that are looked at,
 * and of the order of rows, where that matters, the place `o` among all.
 * @param more further columns, over `r`
 */
export function stagedRows(
  group: SqlGroup,
  feed: SqlFeed,
  rows: string,
  { earliest, latest }: TimeBounds,
  more: readonly string[] = [],
): string {
  const columns = columnsLookedAt(group, feed);
  const keys = columnsOf('r', feed.keys);
  const isOrdered = columns.has('o');
  columns.delete('o');
  const place = columnsOf('r', [...feed.keys, 't', ...(isOrdered ? feed.order : [])]);
  const selected = [
    columnsOf('r', [...columns]),
    ...(isOrdered ? [`row_number() over (order by ${place}) as "o"`] : []),
    ...more,
  ];
  const inTime = [`r."t" <= ${latest}`, ...(earliest === null ? [] : [`r."t" >= ${earliest}`])];
  return `select ${selected.join(', ')} from (${rows}) as r
where (${keys}) in (select ${columnsOf('s', feed.keys)} from ${readsRelation} as s) and ${inTime.join(' and ')}
order by ${place}`;
}

/**
 * A query of rows, kept apart from the search for keys: where a key is computed, the search would be made row by row,
 * inside of what yields it.
 */
export const apart = (rows: string): string => `${rows}\noffset 0`;

/** How rows are found: by key and time, and by their place where that decides among equals. */
export function rowsIndex(group: SqlGroup, feed: SqlFeed): readonly string[] {
  return [...feed.keys, 't', ...(columnsLookedAt(group, feed).has('o') ? ['o'] : [])];
}

/** Every column `r."…"` that a window, a probe, a total or a merge names. Generated texts have no other rows `r`. */
function columnsLookedAt(group: SqlGroup, feed: SqlFeed): Set<string> {
  const windows = group.windows.filter(window => window.feed === feed.index);
  const texts = [
    ...windows.map(({ rows }) => rows),
    ...group.probes
      .filter(probe => windows.some(({ index }) => index === probe.window))
      .flatMap(probe => (probe.kind === 'rows' ? [probe.sql] : probe.parts.map(({ sql }) => sql))),
    ...feed.totals.map(({ aggregate, condition }) => `${aggregate} ${condition ?? ''}`),
    ...feed.merges.map(({ row }) => row),
  ];
  const named = texts.flatMap(text => [...text.matchAll(/\br\."(\w+)"/g)].map(match => match[1]!));
  return new Set([...feed.keys, 't', 'arrived', ...named]);
}
