// Control path: decoding apart from the engine, for whoever writes the same records elsewhere.
import type { StreamModule } from '../engine/program.ts';
import type { Scalar } from '../engine/value.ts';
import { parseJson } from './lossless-json.ts';
import { Refusal } from './refusal.ts';

/**
 * A record of a stream as a row of inner values by column name, with the engine's own verdict: what it refuses is
 * refused here, and nothing else.
 * @param value parsed JSON, or its UTF-8 bytes
 */
export function decodeRecord(module: StreamModule, value: unknown): Record<string, Scalar | null> | Refusal {
  const json = value instanceof Uint8Array ? parseJson(value) : value;
  if (json === undefined) return new Refusal('not-json', null, 'the record is not JSON in UTF-8');
  const row = module.createRow() as Record<string, Scalar | null>;
  return module.decode(json, row) ?? row;
}
