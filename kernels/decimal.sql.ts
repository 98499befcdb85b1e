// Control path. Twins of powers-of-ten.ts and decimal.ts.
import { inlineFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';
import { POWERS_OF_TEN } from './powers-of-ten.ts';

const powers = POWERS_OF_TEN.map((_, exponent) => `1e${exponent}`).join(',');

export const decimalFunctions: readonly SqlFunction[] = [
  inlineFunction('power_of_ten', 'n integer', 'float8', `('{${powers}}'::float8[])[n + 1]`),
  inlineFunction(
    'scaled_to_number',
    'm bigint, scale integer',
    'float8',
    'm::float8 / "skewless".power_of_ten(scale)',
  ),
];
