import { InvalidKey } from './errors.ts';
import type { Scalar } from './value.ts';

/** A key that the request brings: unlike one found on the way, it may not be null. @throws InvalidKey */
export function requestKey(
  request: Readonly<Record<string, Scalar | null>>,
  name: string,
  vector: string,
): Scalar {
  const value = request[name] ?? null;
  if (value === null) throw new InvalidKey(vector, name, 'value', null);
  return value;
}
