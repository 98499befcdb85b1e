/**
 * Writes kernels/zone-table.ts from the time zones this Node knows (its ICU):
 *
 *   node --conditions=source --import tsx scripts/make-zone-table.ts
 *
 * Run it on purpose, on one Node: the table is pinned, and its version is part of every fingerprint of a feature
 * that uses a calendar. Takes about a minute.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { platformPackage } from '../runtime/postgres/binaries.ts';

const DAY = 86_400;
const FIRST = Date.UTC(1900, 0, 1) / 1000;
const END = Date.UTC(2100, 0, 1) / 1000;
/** Zones differ in their past and agree in their rules: what follows the first change after this is shared. */
const TAIL_START = Date.UTC(1996, 0, 1) / 1000;

interface History {
  readonly firstOffset: number;
  /** Each step: seconds since the one before (or since 1900), and by how many seconds the offset moves. */
  readonly steps: readonly string[];
  readonly tailFrom: number;
}

/** Names of the tz database, links included; Intl lists only one name of each zone. */
function candidateNames(): string[] {
  const entry = createRequire(import.meta.url).resolve(platformPackage());
  const folder = join(dirname(entry), '..', 'native', 'share', 'postgresql', 'timezone');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(file => file.isFile());
  const linked = files.map(file => relative(folder, join(file.parentPath, file.name)).replaceAll('\\', '/'));
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ...linked])].sort();
}

function canonicalName(name: string): string | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function historyOf(zone: string): History {
  const offsetAt = offsetReader(zone);
  const firstOffset = offsetAt(FIRST);
  const steps: string[] = [];
  let tailFrom = Infinity;
  let offset = firstOffset;
  let changedAt = FIRST;
  for (let day = FIRST + DAY; day <= END; day += DAY) {
    while (offsetAt(day) !== offset) {
      let before = Math.max(day - DAY, changedAt);
      let after = day;
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (offsetAt(middle) === offset) before = middle;
        else after = middle;
      }
      const moved = offsetAt(after) - offset;
      steps.push(`${(after - changedAt).toString(36)},${moved.toString(36)}`);
      if (after >= TAIL_START) tailFrom = Math.min(tailFrom, steps.length);
      changedAt = after;
      offset += moved;
    }
  }
  return { firstOffset, steps, tailFrom: Math.min(tailFrom, steps.length) };
}

/** Seconds east of Greenwich by epoch second, from the `GMT-03:06:28` that Intl prints. */
function offsetReader(zone: string): (second: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const read = new Map<string, number>();
  return second => {
    const text = format.format(second * 1000);
    const name = text.slice(text.indexOf('GMT') + 3);
    let offset = read.get(name);
    if (offset === undefined) {
      const [hours = 0, minutes = 0, seconds = 0] = name === '' ? [] : name.slice(1).split(':').map(Number);
      offset = (hours * 3600 + minutes * 60 + seconds) * (name.startsWith('-') ? -1 : 1);
      read.set(name, offset);
    }
    return offset;
  };
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const code = (index: number): string => alphabet[Math.floor(index / 62)]! + alphabet[index % 62]!;

const histories = new Map<string, History>();
const namesByHistory = new Map<string, string[]>();
for (const name of candidateNames()) {
  const canonical = canonicalName(name);
  if (canonical === null || name === 'Factory') continue;
  const history = histories.get(canonical) ?? historyOf(canonical);
  histories.set(canonical, history);
  const key = JSON.stringify([history.firstOffset, history.steps]);
  namesByHistory.set(key, [...(namesByHistory.get(key) ?? []), name]);
}

const uses = new Map<string, number>();
for (const { steps } of histories.values())
  for (const step of steps) uses.set(step, (uses.get(step) ?? 0) + 1);
const dictionary = [...uses.keys()].sort((a, b) => uses.get(b)! - uses.get(a)! || (a < b ? -1 : 1));
if (dictionary.length > 62 * 62) throw new Error('more kinds of step than two letters can name');
const codes = new Map(dictionary.map((step, index) => [step, code(index)]));
const encode = (steps: readonly string[]): string => steps.map(step => codes.get(step)!).join('');

const tails = new Map<string, number>([['', 0]]);
const lines: string[] = [];
for (const names of namesByHistory.values()) {
  const { firstOffset, steps, tailFrom } = histories.get(canonicalName(names[0]!)!)!;
  const tail = encode(steps.slice(tailFrom));
  if (!tails.has(tail)) tails.set(tail, tails.size);
  lines.push(
    [names.join(','), firstOffset.toString(36), tails.get(tail)!, encode(steps.slice(0, tailFrom))].join(' '),
  );
}

const wrapped = (words: readonly string[]): string =>
  words.reduce((text, word) =>
    text.length - text.lastIndexOf('\n') + word.length > 110 ? `${text}\n${word}` : `${text} ${word}`,
  );

const source = `// Written by scripts/make-zone-table.ts; read by zone.ts. Do not edit.

/** The release of the tz database that the table was made from. */
export const zoneTableVersion = '${process.versions['tz']}';

/** Kinds of offset change, \`seconds since the change before,seconds the offset moves\` in base 36; the first is \`00\`. */
export const zoneSteps = \`
${wrapped(dictionary)}
\`;

/** Runs of changes (two letters each) that zones share, from their first change after 1996 on. */
export const zoneTails = \`
${[...tails.keys()].slice(1).join('\n')}
\`;

/** \`names, offset at 1900-01-01 in seconds (base 36), tail (0: none), changes before the tail\`. */
export const zoneHistories = \`
${lines.join('\n')}
\`;
`;
writeFileSync(new URL('../kernels/zone-table.ts', import.meta.url), source);
console.log(
  `${lines.length} histories, ${dictionary.length} steps, ${tails.size - 1} tails, ${source.length} characters`,
);
