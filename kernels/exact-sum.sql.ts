// Control path. Twins of exact-sum.ts. Fastest over many rows, two sums of bigint and one conversion:
//
//   "skewless".fix62_to_number(sum("skewless".fix62_whole(x)) * 4611686018427387904 + sum("skewless".fix62_fraction(x)))
import { inlineFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

const whenSummable = (value: string): string =>
  `case when abs(x) <= 4503599627370496::float8 then ${value} end`;

export const exactSumFunctions: readonly SqlFunction[] = [
  inlineFunction('fix62_whole', 'x float8', 'bigint', whenSummable('trunc(x)::bigint')),
  inlineFunction(
    'fix62_fraction',
    'x float8',
    'bigint',
    whenSummable('trunc((x - trunc(x)) * 4611686018427387904::float8)::bigint'),
  ),
  inlineFunction(
    'fix62',
    'x float8',
    'numeric',
    whenSummable(
      'trunc(x)::bigint::numeric * 4611686018427387904' +
        ' + trunc((x - trunc(x)) * 4611686018427387904::float8)::bigint',
    ),
  ),
  inlineFunction(
    'fix62_to_number',
    'total numeric',
    'float8',
    'total::float8 * 2.168404344971009e-19::float8',
  ),
];
