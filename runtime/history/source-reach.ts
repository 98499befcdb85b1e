// Control path. Which records of a stream can matter to reads: the others need not be looked at.
//
//   1. a row in a window has its event time there, so it arrived no earlier than `earliness` before the window, and
//      was known to some read
//   2. a repeat is told by the record before it, which arrived less than the horizon before it: where a stream has
//      ids, records are kept by arrival alone, from so long before the first that counts
import { instantConstant } from './instants.ts';
import type { SqlSource } from './program.ts';
import { quoteIdentifier } from './relations.ts';

/** µs. */
export interface Reach {
  /** The first event time that a window looks at; null: there is none. */
  readonly earliest: bigint | null;
  /** The last one. */
  readonly latest: bigint;
  /** The last arrival that a read knows; null: of no matter. */
  readonly known: bigint | null;
}

/** What holds of a record `h` that can matter; empty where that is every one. */
export function reachOf(source: SqlSource, reach: Reach): string {
  const { punctuality } = source;
  if (punctuality === null) return '';
  const { earliest, latest, known } = reach;
  const { eventTime, lateness, horizon } = punctuality;
  const arrived = 'h."_arrived_at"';
  const conditions: string[] = [];
  const first = firstArrival(source, reach);
  if (first !== null) conditions.push(...comparison(arrived, '>=', first));
  if (known !== null) conditions.push(...comparison(arrived, '<=', known));
  if (lateness !== null) conditions.push(...comparison(arrived, '<=', latest + BigInt(lateness)));
  if (horizon === null && eventTime !== null) {
    const time = `h.${quoteIdentifier(eventTime)}`;
    if (earliest !== null) conditions.push(...comparison(time, '>=', earliest));
    conditions.push(...comparison(time, '<=', latest));
  }
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

/** The first arrival that can matter, µs; null: from the first record on, all may. */
export function firstArrival({ punctuality }: SqlSource, { earliest }: Reach): bigint | null {
  if (punctuality === null || earliest === null) return null;
  return earliest - BigInt(punctuality.earliness) - BigInt(punctuality.horizon ?? 0);
}

/** Event times lie within (semantics §10.9), and instants far outside are no timestamptz. */
export const firstInstant = -8_520_336_000_000_000n;
export const lastInstant = 8_835_955_200_000_000n;

function comparison(column: string, operator: '>=' | '<=', us: bigint): readonly string[] {
  if (operator === '>=' ? us <= firstInstant : us >= lastInstant) return [];
  const within = us < firstInstant ? firstInstant : us > lastInstant ? lastInstant : us;
  return [`${column} ${operator} ${instantConstant(within)}`];
}
