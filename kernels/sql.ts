// Control path: everything that a database needs before the SQL of a program runs in it.
import { arithmeticFunctions } from './arithmetic.sql.ts';
import { calendarFunctions, zoneRowsDdl, zoneTableDdl } from './calendar.sql.ts';
import { comparisonFunctions } from './comparison.sql.ts';
import { decimalFunctions } from './decimal.sql.ts';
import { elapsedFunctions } from './elapsed.sql.ts';
import { exactSumFunctions } from './exact-sum.sql.ts';
import { exponentialFunctions } from './exponential.sql.ts';
import { hyperloglogFunctions } from './hyperloglog.sql.ts';
import { logarithmFunctions } from './logarithm.sql.ts';
import { momentFunctions } from './moments.sql.ts';
import { percentileFunctions } from './percentile.sql.ts';
import { powerFunctions } from './power.sql.ts';
import { quantileHistogramFunctions } from './quantile-histogram.sql.ts';
import { roundingFunctions } from './rounding.sql.ts';
import type { SqlFunction } from './sql-function.ts';
import { textFunctions } from './text.sql.ts';
import { zoneTableRows } from './zone.ts';

export type { SqlFunction } from './sql-function.ts';
export { zoneRowsDdl, zoneTableDdl } from './calendar.sql.ts';
export { zoneTableRows } from './zone.ts';
export type { ZoneOffsetRow } from './zone.ts';

export const schemaDdl = 'create schema if not exists "skewless"';

/** Every function of the schema `skewless`, each after those it calls. */
export const sqlFunctions: readonly SqlFunction[] = [
  ...arithmeticFunctions,
  ...comparisonFunctions,
  ...roundingFunctions,
  ...logarithmFunctions,
  ...exponentialFunctions,
  ...powerFunctions,
  ...textFunctions,
  ...elapsedFunctions,
  ...decimalFunctions,
  ...exactSumFunctions,
  ...momentFunctions,
  ...percentileFunctions,
  ...hyperloglogFunctions,
  ...quantileHistogramFunctions,
  ...calendarFunctions,
];

/** Schema, zone table, functions and the rows of the zones a program uses: statements to run in order, at any time. */
export function kernelDdl(zones: readonly string[]): readonly string[] {
  const rows = zoneTableRows(zones);
  return [
    schemaDdl,
    zoneTableDdl,
    ...sqlFunctions.map(({ ddl }) => ddl),
    ...(rows.length === 0 ? [] : [zoneRowsDdl(rows)]),
  ];
}
