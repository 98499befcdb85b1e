import type { WindowPlan } from '../../ir/index.ts';

const UNITS = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1_000],
] as const;

/** A duration as an author would write it: `7d`, `90m`. */
export function durationText(us: number): string {
  for (const [unit, length] of UNITS) if (us % length === 0) return `${us / length}${unit}`;
  return `${us}us`;
}

/** A window in the words of its declaration: `7d, delay 1d`. */
export function describeWindow(window: WindowPlan): string {
  const { over } = window;
  const isAhead = window.delay < 0;
  const parts = [
    over.kind === 'lifetime'
      ? 'lifetime'
      : over.kind === 'calendar'
        ? `${over.unit} in ${over.zone}`
        : `${isAhead ? 'ahead ' : ''}${durationText(over.length)}`,
  ];
  if (window.step !== null) parts.push(`step ${durationText(window.step)}`);
  if (window.delay > 0) parts.push(`delay ${durationText(window.delay)}`);
  if (window.refresh !== null) parts.push(`refresh ${durationText(window.refresh)}`);
  if (window.bounds !== (over.kind === 'calendar' ? '[]' : '(]')) parts.push(`bounds ${window.bounds}`);
  if (window.last !== null) parts.push(`last ${window.last}`);
  return parts.join(', ');
}
