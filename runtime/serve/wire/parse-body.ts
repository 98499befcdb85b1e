// Hot path.
import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../decode/lossless-json.ts';
import { ServeError } from '../errors.ts';

/**
 * @param lossless keep the digits that a double would lose (decode/lossless-json.ts)
 * @throws ServeError where it is no JSON in UTF-8, saying where
 */
export function parseBody(bytes: Buffer, lossless: boolean): unknown {
  if (lossless) {
    const parsed = parseJson(bytes);
    if (parsed !== undefined) return parsed;
  }
  if (!isUtf8(bytes)) throw badJson('its bytes are not UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw badJson(bytes.length === 0 ? 'it is empty' : (error as Error).message);
  }
  if (lossless) throw badJson('it is nested too deeply');
  return parsed;
}

function badJson(why: string): ServeError {
  return new ServeError('bad_json', `the body must be JSON: ${why}`);
}
