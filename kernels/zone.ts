// Hot path, but for the reading of a zone at its first use.
import { MICROSECONDS_PER_SECOND } from './instant.ts';
import type { Instant } from './instant.ts';
import { zoneHistories, zoneSteps, zoneTails } from './zone-table.ts';

export { zoneTableVersion } from './zone-table.ts';

/**
 * The offsets of a zone from UTC, from the table that this package pins.
 *
 * The table holds every change from 1900 through 2099. The offset at the start of 1900 holds for all time before,
 * and the last one for all time after.
 */
export interface Zone {
  readonly name: string;
  /** Where each offset begins, ascending; the first is the least safe integer. */
  readonly from: Float64Array;
  /** Microseconds to add to an instant to read the local clock. */
  readonly offset: Float64Array;
  /** Where the last lookup ended; the next is likely there too. */
  hint: number;
}

/** A row of the table `skewless.zone_offset`. */
export interface ZoneOffsetRow {
  readonly zone: string;
  readonly from_us: number;
  readonly offset_us: number;
}

const TABLE_START = Date.UTC(1900, 0, 1) / 1000;

const zones = new Map<string, Zone>();
let lastZone: Zone | undefined;

/**
 * The zone of an IANA name, links such as `US/Pacific` included.
 *
 * @throws RangeError for an unknown name, with the nearest known ones.
 */
export function zoneOf(name: string): Zone {
  if (lastZone !== undefined && lastZone.name === name) return lastZone;
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = readZone(name);
    zones.set(name, zone);
  }
  lastZone = zone;
  return zone;
}

/** Microseconds that the zone's clock is ahead of UTC at an instant. */
export function offsetAt(zone: Zone, instant: number): number {
  return zone.offset[segmentAt(zone, instant)]!;
}

/** The index of the offset that holds at an instant. */
export function segmentAt(zone: Zone, instant: number): number {
  const { from, hint } = zone;
  if (from[hint]! <= instant && (hint + 1 === from.length || instant < from[hint + 1]!)) return hint;
  let low = 0;
  let high = from.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (from[middle]! <= instant) low = middle;
    else high = middle - 1;
  }
  zone.hint = low;
  return low;
}

/** What a zone's clock shows at an instant, as microseconds since 1970-01-01T00:00 on that clock. */
export function localTime(instant: Instant, zone: Zone): number {
  return instant + offsetAt(zone, instant);
}

/** Whether {@link zoneOf} takes the name. */
export function isZone(name: string): boolean {
  return historyLines().has(name);
}

/** The three known names that are nearest to a wrong one. */
export function nearestZones(name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return [...historyLines().keys()]
    .map(known => ({ known, distance: editDistance(wanted, known.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.known < b.known ? -1 : 1))
    .slice(0, 3)
    .map(({ known }) => known);
}

/** Every name that {@link zoneOf} takes, sorted. */
export function zoneNames(): readonly string[] {
  return [...historyLines().keys()].sort();
}

/** What `skewless.zone_offset` must hold for the zones that a program uses. */
export function zoneTableRows(names: readonly string[]): readonly ZoneOffsetRow[] {
  return [...new Set(names)].sort().flatMap(name => {
    const { from, offset } = zoneOf(name);
    return Array.from(from, (from_us, index) => ({ zone: name, from_us, offset_us: offset[index]! }));
  });
}

let linesByName: Map<string, string> | undefined;

function historyLines(): Map<string, string> {
  if (linesByName === undefined) {
    linesByName = new Map();
    for (const line of zoneHistories.trim().split('\n')) {
      for (const name of line.slice(0, line.indexOf(' ')).split(',')) linesByName.set(name, line);
    }
  }
  return linesByName;
}

function readZone(name: string): Zone {
  const line = historyLines().get(name);
  if (line === undefined) {
    throw new RangeError(
      `unknown time zone '${name}'; the nearest names are ${nearestZones(name).join(', ')}`,
    );
  }
  const [, firstOffset = '0', tail = '0', head = ''] = line.split(' ');
  const kinds = zoneSteps.trim().split(/\s+/);
  const steps = head + (tail === '0' ? '' : zoneTails.trim().split('\n')[Number(tail) - 1]!);

  const from = [Number.MIN_SAFE_INTEGER];
  const offset = [parseInt(firstOffset, 36)];
  let changedAt = TABLE_START;
  for (let at = 0; at < steps.length; at += 2) {
    const [wait = '', move = ''] = kinds[digit(steps, at) * 62 + digit(steps, at + 1)]!.split(',');
    changedAt += parseInt(wait, 36);
    from.push(changedAt * MICROSECONDS_PER_SECOND);
    offset.push(offset.at(-1)! + parseInt(move, 36));
  }
  const offsets = Float64Array.from(offset, seconds => seconds * MICROSECONDS_PER_SECOND);
  return { name, from: Float64Array.from(from), offset: offsets, hint: from.length - 1 };
}

/** A base-62 digit: 0–9, a–z, A–Z. */
function digit(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit <= 57) return unit - 48;
  return unit >= 97 ? unit - 87 : unit - 29;
}

/** Levenshtein. A city alone, `Berlin`, is as near to `Europe/Berlin` as to itself. */
function editDistance(wanted: string, known: string): number {
  const city = known.slice(known.lastIndexOf('/') + 1);
  return Math.min(levenshtein(wanted, known), levenshtein(wanted, city) + (city === known ? 0 : 0.5));
}

function levenshtein(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
