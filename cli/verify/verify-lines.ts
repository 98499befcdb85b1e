import color from 'picocolors';
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { rowText, valueText } from '../../runtime/audit/row-text.ts';
import type { LookedBehind } from '../../runtime/audit/look-behind.ts';
import { placeOf, suspected } from '../../runtime/audit/verify-report.ts';
import type { Difference, VerifyReport } from '../../runtime/audit/verify-report.ts';
import type { EventBehind } from '../../runtime/audit/events-behind.ts';
import { table } from '../table.ts';
import { amount, counted } from '../units.ts';

/** Told of all differences together. */
const SUSPECTS = 10;

/** @param strict what could not be verified counts as wrong, and so does that nothing was */
export function isVerified(report: VerifyReport, strict: boolean): boolean {
  if (report.differing > 0) return false;
  const { pending, gone, otherMeaning } = report;
  return !strict || (report.reads > 0 && [...pending, ...gone, ...otherMeaning].length === 0);
}

/** @param events that are told of each difference */
export function verifyLines(report: VerifyReport, events: number): string[] {
  const differing = report.features.filter(feature => feature.differing > 0);
  const rows = report.features.map(({ name, feature, compared, differing: wrong }) => [
    name,
    feature,
    amount(compared),
    wrong === 0 ? '0' : color.red(amount(wrong)),
  ]);
  const columns = [
    { heading: 'served' },
    { heading: 'feature' },
    { heading: 'compared', align: 'right' as const },
    { heading: 'differ', align: 'right' as const },
  ];
  const found = [
    ...table(columns, rows),
    ...report.differences.flatMap(difference => ['', ...differenceLines(difference, events)]),
    ...suspectLines(report),
    ...leftOut(report),
  ];
  return [...found, ...(found.length === 0 ? [] : ['']), verdict(report, differing.length)];
}

function verdict({ reads, values, differing }: VerifyReport, features: number): string {
  if (reads === 0)
    return color.yellow('no logged reads could be compared: is audit on in the configuration?');
  const compared = `${counted(values, 'value')} of ${counted(reads, 'read')}`;
  return differing === 0
    ? color.green(`${compared} compared: none differs`)
    : color.red(
        `${compared} compared: ${amount(differing)} ${differing === 1 ? 'differs' : 'differ'}, of ${counted(features, 'feature')}`,
      );
}

function differenceLines(difference: Difference, events: number): string[] {
  const { name, feature, request, t, readAt, served, recomputed } = difference;
  return [
    color.red(`${name}.${feature}`) + ` of ${rowText(request)}`,
    `  at ${instantText(t)}, served ${instantText(readAt)}`,
    `  served      ${valueText(served)}`,
    `  recomputed  ${valueText(recomputed)}`,
    ...eventLines(difference.behind, events),
  ];
}

/** The suspected ones, or where there are none the first of all. */
function eventLines(behind: LookedBehind | null, shown: number): string[] {
  if (behind === null) return ['  what the history had behind it is gone meanwhile'];
  if (behind.total === 0) return ['  the history has no event in its windows: what it was made of is gone'];
  const suspects = suspected(behind);
  const told = (suspects.length > 0 ? suspects : behind.events).slice(0, shown);
  const left = behind.total - told.length;
  const more = left === 0 ? [] : [color.dim(`    and ${amount(left)} more, see --json`)];
  return [`  ${suspicion(behind)}`, ...told.map(event => `    ${eventText(event)}`), ...more];
}

function suspicion({ total, common, alone, differing, agreeing }: LookedBehind): string {
  const events = `of ${amount(total)} events in its windows`;
  const all =
    differing === 1 ? '' : `, which are in those of all ${amount(differing)} reads of it that differ`;
  if (common === 0)
    return `${events} none is in those of all ${amount(differing)} reads of it that differ: several were altered, or some are gone`;
  const none =
    agreeing === 0 ? '' : `; first ${amount(alone)} in those of none of ${amount(agreeing)} that agree`;
  return `${events} ${amount(common)} are suspected${all}${none}:`;
}

function suspectLines({ differences, suspects }: VerifyReport): string[] {
  if (differences.length < 2 || suspects.length === 0) return [];
  const lines = suspects
    .slice(0, SUSPECTS)
    .map(suspect => `  behind ${suspect.differences} of ${differences.length}: ${eventText(suspect.event)}`);
  const left = suspects.length - lines.length;
  const more = left === 0 ? [] : [color.dim(`  and ${amount(left)} more, see --json`)];
  return ['', 'suspected behind most of these differences:', ...lines, ...more];
}

function eventText(event: EventBehind): string {
  return `${placeOf(event)} ${color.dim(`arrived ${instantText(event.arrivedAt)}`)} ${JSON.stringify(event.row)}`;
}

/** What was not compared, and why. */
function leftOut({ pending, gone, otherMeaning }: VerifyReport): string[] {
  const lines = [
    ...pending.map(
      ({ name, reads }) =>
        `${name}: ${counted(reads, 'read')} cannot be verified yet: the history has not got as far as they knew`,
    ),
    ...gone.map(
      ({ name, reads, reason }) =>
        `${name}: ${counted(reads, 'read')} can no longer be verified: ${reason.replaceAll('\n', ' ')}`,
    ),
    ...otherMeaning.map(({ name, reads, fingerprint, present }) =>
      present === null
        ? `${name}: ${amount(reads)} reads were not compared: the program no longer serves it`
        : `${name}: ${amount(reads)} reads were not compared: they were served as ${fingerprint}, which is ${present} now`,
    ),
  ];
  return lines.length === 0 ? [] : ['', ...lines.map(line => color.yellow(line))];
}

const instantText = (us: number): string => formatInstant(us as Instant);
