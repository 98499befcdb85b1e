import { readdirSync, readFileSync } from 'node:fs';
import { parseInstant } from 'skewless';
import type { SourceRecord, Value, Values } from '../../testing/index.ts';

/** A read of a golden case and what hand arithmetic says it yields; README.md of the folder shows the arithmetic. */
export interface GoldenRead {
  /** Line of spine.ndjson and expected.ndjson, from 1. */
  readonly line: number;
  /** Name of the group or vector. */
  readonly read: string;
  /** Inner values. */
  readonly keys: Values;
  readonly t: number;
  /** Records known are those that had arrived by then: `t`, unless the line says otherwise. */
  readonly knownAt: number;
  readonly before: boolean;
  /** Inner values of the features that the case speaks of; there may be more. */
  readonly expected: Values;
}

export interface GoldenCase {
  readonly name: string;
  readonly records: readonly SourceRecord[];
  readonly reads: readonly GoldenRead[];
}

const folder = new URL('../golden/', import.meta.url);

/** The folders of test/golden, each a case. */
export function goldenCases(): GoldenCase[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  return names.map(entry => goldenCase(entry.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface EventLine extends Omit<SourceRecord, 'arrivedAt'> {
  readonly arrived: string;
}

interface SpineLine {
  readonly read: string;
  readonly keys: Values;
  readonly at: string;
  readonly known_at?: string;
  readonly before?: boolean;
}

export function goldenCase(name: string): GoldenCase {
  const records = readLines<EventLine>(name, 'events').map(({ arrived, ...record }) => {
    return { ...record, arrivedAt: instant(arrived) };
  });
  const expected = readLines<Values>(name, 'expected');
  const spine = readLines<SpineLine>(name, 'spine');
  if (spine.length !== expected.length)
    throw new Error(`${name}: ${spine.length} reads, ${expected.length} expectations`);
  const reads = spine.map(({ read, keys, at, known_at = at, before = false }, index) => ({
    line: index + 1,
    read,
    keys: innerValues(keys),
    t: instant(at),
    knownAt: instant(known_at),
    before,
    expected: innerValues(expected[index]!),
  }));
  return { name, records, reads };
}

function readLines<T>(name: string, file: string): T[] {
  const text = readFileSync(new URL(`${name}/${file}.ndjson`, folder), 'utf8');
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}

function instant(text: string): number {
  const read = parseInstant(text);
  if (read === null) throw new Error(`'${text}' is no instant`);
  return read;
}

/** Timestamps are written as the JSON of clients has them, with six digits, and are µs inside. */
function innerValues(values: Values): Values {
  const inner = (value: Value): Value =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value)
      ? instant(value)
      : value;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, inner(value)]));
}
