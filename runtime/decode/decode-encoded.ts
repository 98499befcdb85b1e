// Hot path of sources with a decoder.
import type { SourceRecord } from '../engine/record.ts';
import type { Decoder, Encoded } from '../sources/decoder.ts';
import { SourceError } from '../sources/source.ts';
import { Refusal } from './refusal.ts';

/** Of what a decoder threw, so many characters are kept. */
const LONGEST = 300;

/** Where a record's bytes come from. */
export type Origin = Omit<Encoded, 'part'>;

/**
 * What the decoder waits for before it can read the record: a promise; null: nothing. A refusal where it throws at
 * once: that is its word on the bytes, for no server answers so fast.
 */
export function prepareEncoded(
  decoder: Decoder,
  { value, key }: SourceRecord,
  from: Origin,
  withKey: boolean,
): Promise<unknown> | Refusal | null {
  if (decoder.prepare === undefined || !(value instanceof Uint8Array)) return null;
  let first: Promise<unknown> | undefined;
  try {
    first = decoder.prepare(value, { ...from, part: 'value' });
    const second =
      withKey && key instanceof Uint8Array ? decoder.prepare(key, { ...from, part: 'key' }) : undefined;
    return first === undefined && second === undefined ? null : Promise.all([first, second]);
  } catch (error) {
    // Nobody waits for it any more.
    first?.catch(() => undefined);
    return undecodable('value', messageOf(error));
  }
}

/** A record that has been judged before it was decoded. */
export function refusedEncoded(record: SourceRecord, refusal: Refusal): SourceRecord {
  return { ...record, value: refusal, encoded: record.value as Uint8Array };
}

/**
 * The record with what the decoder makes of its value and key; `encoded` keeps the value's own bytes. What it cannot
 * read has a refusal for a value.
 * @param withKey keys are of use to tables alone
 * @throws SourceError for a decoder that yields a promise, which would have every record refused
 */
export function decodeEncoded(
  decoder: Decoder,
  record: SourceRecord,
  from: Origin,
  withKey: boolean,
): SourceRecord {
  const { value, key } = record;
  if (!(value instanceof Uint8Array)) return record;
  const decoded = attempt(decoder, value, { ...from, part: 'value' });
  if (!withKey || !(key instanceof Uint8Array)) return { ...record, value: decoded, encoded: value };
  const decodedKey = attempt(decoder, key, { ...from, part: 'key' });
  // A key that cannot be read is none: the deletion that needs it is refused for what it lacks.
  return {
    ...record,
    value: decoded,
    key: decodedKey instanceof Refusal ? null : decodedKey,
    encoded: value,
  };
}

function attempt(decoder: Decoder, bytes: Uint8Array, from: Encoded): unknown {
  let decoded: unknown;
  try {
    decoded = decoder.decode(bytes, from);
  } catch (error) {
    return undecodable(from.part, messageOf(error));
  }
  if (decoded === undefined) return undecodable(from.part, 'its decoder yields undefined');
  if (isPromise(decoded)) {
    throw new SourceError(
      `the decoder of ${from.source} yields a promise: what must be waited for goes into its \`prepare\`, and \`decode\` answers at once`,
    );
  }
  return decoded;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, LONGEST);
}

function undecodable(part: Encoded['part'], why: string): Refusal {
  return new Refusal('undecodable', null, `the ${part} cannot be decoded: ${why}`);
}
