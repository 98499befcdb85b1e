// Control path. Twins of elapsed.ts; instants are bigint microseconds.
import { inlineFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

const elapsed = (name: string, unit: string): SqlFunction =>
  inlineFunction(name, 'a bigint, b bigint', 'float8', `(b - a)::float8 / ${unit}::float8`);

export const elapsedFunctions: readonly SqlFunction[] = [
  elapsed('seconds_between', '1e6'),
  elapsed('minutes_between', '6e7'),
  elapsed('hours_between', '3.6e9'),
  elapsed('days_between', '8.64e10'),
];
