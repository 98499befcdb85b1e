import type { SqlWindow } from '../../../runtime/history/program.ts';
import type { GroupPlan, WindowPlan } from '../../ir/index.ts';
import { textLiteral } from './literal.ts';
import type { FeedShape } from './probes.ts';

/** Time of a row without time: before all others, in lifetime windows without delay only. */
export const timeless = `'-9000000000000000000'::bigint`;
export const afterTimeless = `'-8999999999999999999'::bigint`;
/** Later than any time: `latest` takes a row whatever its time column says. */
const afterAll = `'9000000000000000000'::bigint`;

/** ⌊x / step⌋ · step, toward −∞. */
export function floorTo(x: string, step: number): string {
  return `(${x} - ((${x}) % ${step} + ${step}) % ${step})`;
}

/**
 * A window (semantics §4) as two ends in whole µs, both included, over a row `s` of the spine: `s."t"`, and
 * `s."open"`, 1 for a read before t and else 0.
 */
export function sqlWindow(
  group: GroupPlan,
  feed: number,
  window: WindowPlan,
  index: number,
  kind: FeedShape['kind'],
  isLatest = false,
): SqlWindow {
  if (window.delay < 0) return aheadWindow(group, feed, window, index, kind);
  const at = window.refresh === null ? 's."t"' : floorTo('s."t"', window.refresh);
  const end = window.delay === 0 ? at : `(${at} - ${window.delay})`;
  const { start, head } = ends(window, end);
  const leftOpen = window.bounds.startsWith('(');
  const rightOpen = window.bounds.endsWith(')');
  const lo = start === null ? (window.delay === 0 ? null : afterTimeless) : leftOpen ? `${start} + 1` : start;
  const hi = isLatest ? afterAll : rightOpen ? `${head} - 1` : `${head} - s."open"`;
  return { index, feed, at, rows: rowsOf(group, feed, index, kind, lo !== null), lo, hi };
}

/** A label's window: of a read before t, it is that of the instant before, so that it begins where features end. */
function aheadWindow(
  group: GroupPlan,
  feed: number,
  { delay, bounds }: WindowPlan,
  index: number,
  kind: FeedShape['kind'],
): SqlWindow {
  const at = '(s."t" - s."open")';
  const lo = bounds.startsWith('(') ? `${at} + 1` : at;
  return {
    index,
    feed,
    at,
    rows: rowsOf(group, feed, index, kind, true),
    lo,
    hi: `${at} + ${reachAhead({ delay, bounds })}`,
  };
}

/** How far after the read's instant the last event of a label's window may lie, µs. */
export function reachAhead({ delay, bounds }: Pick<WindowPlan, 'delay' | 'bounds'>): number {
  return bounds.endsWith(')') ? -delay - 1 : -delay;
}

/** What holds of a row `r` of a window. */
function rowsOf(
  group: GroupPlan,
  feed: number,
  index: number,
  kind: FeedShape['kind'],
  hasStart: boolean,
): string {
  return [
    ...group.keys.map((_, key) => `r."k${key}" = s."k${key}"`),
    !hasStart ? `r."t" <= s."hi${index}"` : `r."t" between s."lo${index}" and s."hi${index}"`,
    'r."arrived" <= s."known"',
    // Versions whose being depends on who asks stand once for each of those who do.
    ...(kind === 'stream' ? [] : ['(r."for" is null or r."for" = s."known")']),
    ...(kind === 'table' ? [isCurrent(group, feed, index)] : []),
  ].join(' and ');
}

function ends({ over, step, delay }: WindowPlan, end: string): { start: string | null; head: string } {
  switch (over.kind) {
    case 'lifetime':
      return { start: null, head: end };
    case 'calendar':
      return { start: `"skewless".start_of_${over.unit}(${end}, ${textLiteral(over.zone)})`, head: end };
    case 'duration': {
      const start = `(${end} - ${over.length})`;
      if (step === null) return { start, head: end };
      return { start: floorTo(start, step), head: delay === 0 ? end : floorTo(end, step) };
    }
  }
}

/** The version `r` of a table's row is the last one known at that instant, no deletion, and not truncated. */
function isCurrent(group: GroupPlan, feed: number, index: number): string {
  const relation = relationName(group, feed);
  const seen = (version: string): string =>
    `${version}."vt" <= s."at${index}" - s."open" and ${version}."arrived" <= s."known"`;
  return `${seen('r')}
    and not exists (select from "${relation}_versions" as n where n."row" = r."row" and n."for" is not distinct from r."for" and n."seq" > r."seq" and ${seen('n')})
    and not exists (select from "${relation}_truncates" as x where ${seen('x')} and ${truncates('x', 'r')})`;
}

/**
 * Rule 18: what a truncate `x` removes of the versions `v` before it.
 * @param of the name of a version's column, where it is not its own
 */
export function truncates(x: string, v: string, of: (name: string) => string = name => name): string {
  const version = (name: string): string => `${v}."${of(name)}"`;
  const place = ['p0', 'p1', 'p2'];
  const samePartition = `(${place.map(name => `${x}."${name}"`).join(', ')}) = (${place.map(version).join(', ')})`;
  return `case when ${samePartition} then ${version('p3')} < ${x}."p3" and ${version('vt')} <= ${x}."vt"
    else ${version('vt')} < ${x}."vt" or (${version('vt')} = ${x}."vt" and coalesce(${version('lsn')} < ${x}."lsn"
      and ${serverOf(version('lsn'))} = ${serverOf(`${x}."lsn"`)}, false)) end`;
}

/** The server whose log an LSN stands in (§10.37): MySQL's; 0 for PostgreSQL, and for none. */
export function serverOf(lsn: string): string {
  return `case when ${lsn} >= ${SERVERS} then div(${lsn}, ${SERVERS}) else 0 end`;
}

/** Below stands the place in the log. */
const SERVERS = String(2n ** 160n);

export function relationName(group: GroupPlan, feed: number): string {
  return `${group.name}_${feed}`;
}
