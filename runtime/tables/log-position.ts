// Control path: where a change stands in the log of its database (semantics §10, rule 37), as one number that rises.
import { wholeOf } from '../decode/lossless-json.ts';
import type { Refusal } from '../decode/refusal.ts';
import { badEnvelope } from './bad-envelope.ts';

type Source = Readonly<Record<string, unknown>>;

/** PostgreSQL's LSNs and MySQL's binlog positions are below; above stands the server whose binlog it is. */
const SERVER_BITS = 160n;

/** Null where the connector tells no position: of MySQL's `source` that is a file without a number. */
export function logPosition(source: Source | null): bigint | Refusal | null {
  if (source === null) return null;
  const lsn = source['lsn'] ?? null;
  if (lsn !== null) return wholeBelow(lsn, 64) ?? badEnvelope('source.lsn must be a whole number of 64 bits');
  const { sequence, file } = source as { readonly sequence?: unknown; readonly file?: unknown };
  if (typeof sequence === 'string') return lastOf(sequence);
  return typeof file === 'string' ? binlogPosition(source, file) : null;
}

/** Whether `a` stands below `b` in the log of one server. Positions of two servers cannot be compared. */
export function isBelow(a: bigint, b: bigint): boolean {
  return a < b && a >> SERVER_BITS === b >> SERVER_BITS;
}

/** Whether a change at `b` may follow one at `a`: it is no redelivery. */
export function isAfter(b: bigint | null, a: bigint | null): boolean {
  return a === null || b === null || b > a || b >> SERVER_BITS !== a >> SERVER_BITS;
}

/** PostgreSQL's `sequence`: the LSN of the last commit, and that of the change. */
function lastOf(sequence: string): bigint | null {
  const last = /^\[(?:null|"\d{1,20}"),\s*"(\d{1,20})"\]$/.exec(sequence)?.[1];
  return last === undefined ? null : wholeBelow(last, 64);
}

/** (server, file, pos, row): a binlog has one event at a position, and that may change many rows. */
function binlogPosition(source: Source, file: string): bigint | Refusal | null {
  const number = /\.(\d{1,18})$/.exec(file)?.[1];
  if (number === undefined) return null;
  const pos = wholeBelow(source['pos'] ?? null, 63);
  const row = wholeBelow(source['row'] ?? 0, 32);
  const server = wholeBelow(source['server_id'] ?? 0, 32);
  if (pos === null || row === null || server === null)
    return badEnvelope('source.pos, source.row and source.server_id must be whole numbers');
  return (server << SERVER_BITS) + (BigInt(number) << 96n) + (pos << 32n) + row;
}

function wholeBelow(value: unknown, bits: number): bigint | null {
  const number = typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : wholeOf(value);
  if (number === null) return null;
  const whole = BigInt(number);
  return whole === BigInt.asUintN(bits, whole) ? whole : null;
}
