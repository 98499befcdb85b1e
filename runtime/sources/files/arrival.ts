// Control path. When a row of a file arrived, semantics §2: a declared column, else the event time.
import { parseInstant } from '../../../kernels/instant.ts';
import { readObject } from '../../decode/cells.ts';
import { parseJson, wholeOf } from '../../decode/lossless-json.ts';
import type { FileOptions } from './options.ts';

type Row = Readonly<Record<string, unknown>>;

/** µs; null where the row does not say. */
export type ArrivalOf = (value: unknown) => number | null;

/**
 * @param isEnvelope the values are changes of a table as a connector writes them
 */
export function arrivalOf(
  { source, arrival, decode }: Pick<FileOptions, 'source' | 'arrival' | 'decode'>,
  isEnvelope: boolean,
): ArrivalOf {
  const column = arrival ?? (isEnvelope ? null : source.time);
  return value => {
    const json = value instanceof Uint8Array ? parseJson(value) : value;
    const row = readObject(json);
    if (row === null) return null;
    if (column === null) return isEnvelope ? commitTimeOf(unwrapped(row)) : null;
    if (isEnvelope) return instantOf(readObject(unwrapped(row)['after'])?.[column]);
    const decoded = decode === undefined ? null : readObject(decode(json));
    const inner = decoded?.[column];
    return typeof inner === 'number' ? inner : instantOf(row[column]);
  };
}

/** Without the envelope of Kafka Connect's schema, where there is one. */
function unwrapped(row: Row): Row {
  return ('schema' in row ? readObject(row['payload']) : null) ?? row;
}

function commitTimeOf(envelope: Row): number | null {
  const source = readObject(envelope['source']);
  for (const holder of [source, envelope]) {
    const micros = wholeOf(holder?.['ts_us']);
    if (micros !== null) return Number(micros);
    const millis = wholeOf(holder?.['ts_ms']);
    if (millis !== null) return Number(millis) * 1000;
  }
  return null;
}

/** ISO 8601, or whole µs. */
function instantOf(value: unknown): number | null {
  if (typeof value === 'string') return parseInstant(value);
  const micros = wholeOf(value);
  return micros !== null && Number.isSafeInteger(Number(micros)) ? Number(micros) : null;
}
