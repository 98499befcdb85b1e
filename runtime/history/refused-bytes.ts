// Control path. What is kept of a record that did not decode: enough to decode it again, to the last digit.
import { WideNumber } from '../decode/lossless-json.ts';

/** The record's own bytes; of parsed JSON its text; null for a record without a value. */
export function refusedBytes(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  return value === null || value === undefined ? null : new TextEncoder().encode(jsonText(value));
}

/** JSON.stringify writes no number that is wider than a double. */
function jsonText(value: unknown): string {
  if (value instanceof WideNumber) return value.text;
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`;
}
