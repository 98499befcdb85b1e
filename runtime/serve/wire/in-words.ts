import { listed } from '../../../kernels/nearest.ts';
import type { ServedScalar } from '../plan.ts';

export const INSTANT_WORDS =
  'an instant from 1700 to 2249: ISO 8601 with an offset and at most 6 digits of fraction, as 2024-05-01T12:00:00Z, or whole µs since 1970';

/** What a request must give, for people. */
export function inWords(type: ServedScalar): string {
  switch (type.kind) {
    case 'int':
      return 'a whole number from −(2^53 − 1) to 2^53 − 1';
    case 'bigint':
      return 'a whole number of 64 bits, best as text of digits';
    case 'double':
      return 'a finite number';
    case 'decimal':
      return `a number of ${type.precision} digits, ${type.scale} of them after the point`;
    case 'text':
      return 'text without NUL and without lone surrogates';
    case 'uuid':
      return 'a UUID';
    case 'boolean':
      return 'true or false';
    case 'enum':
      return type.values.length > 12 ? 'one of its declared values' : `one of ${listed(type.values)}`;
    case 'timestamp':
      return INSTANT_WORDS;
  }
}
