import type { Expr } from './expr.ts';
import { visit } from './visit.ts';

/** Functions whose last argument is a zone. */
const ZONED: ReadonlySet<string> = new Set([
  'calendarDaysBetween',
  'hourOfDay',
  'minuteOfHour',
  'dayOfWeek',
  'dayOfMonth',
  'monthOfYear',
  'yearOf',
  'startOfHour',
  'startOfDay',
  'startOfWeek',
  'startOfMonth',
  'startOfQuarter',
  'startOfYear',
]);

/** The zones that an expression names, in order of use. */
export function zonesIn(expr: Expr): string[] {
  const zones: string[] = [];
  visit(expr, node => {
    if (node.kind !== 'call' || !ZONED.has(node.function)) return;
    const zone = node.args.at(-1);
    if (zone?.kind === 'literal' && typeof zone.value === 'string') zones.push(zone.value);
  });
  return zones;
}
