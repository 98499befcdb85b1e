import { MASK, withoutPasswords } from '../observe/mask.ts';
import type { Settings } from './settings.ts';
import { durationText, sizeText } from './units.ts';

export type Shown = string | number | boolean | null | readonly Shown[] | { readonly [key: string]: Shown };

const durations = new Set([
  'connectionTimeout',
  'requestTimeout',
  'maxWait',
  'endsEvery',
  'checkpointEvery',
  'batchEvery',
  'clockSkew',
  'maxLag',
  'drain',
  'refresh',
  'flush',
  'ttl',
  'window',
]);
const sizes = new Set(['maxBytes', 'ceiling', 'bodyLimit']);
const secrets = new Set(['token', 'password', 'passphrase', 'key']);

/** Settings as an author would write them, every secret masked: fit to be printed. */
export function showSettings(settings: Settings): Shown {
  return show(settings, '', '') as Shown;
}

/** `keep` is a number of checkpoints in one section, and how long reads are kept in another. */
function isDuration(key: string, parent: string): boolean {
  return durations.has(key) || parent === 'retention' || (parent === 'audit' && key === 'keep');
}

function show(value: unknown, key: string, parent: string): Shown {
  if (value === null || value === undefined) return null;
  if (secrets.has(key)) return MASK;
  if (typeof value === 'number') {
    if (isDuration(key, parent)) return durationText(value);
    return sizes.has(key) ? sizeText(value) : value;
  }
  if (typeof value === 'string') return withoutPasswords(value);
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(each => show(each, key, parent));
  if (typeof value !== 'object') return MASK;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, show(each, name, key)]));
}
