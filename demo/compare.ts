// Control path.

/** A value as it stands inside: an instant is a number of µs. */
export type Value =
  number | bigint | string | boolean | null | readonly (number | bigint | string | boolean)[];
export type Values = Readonly<Record<string, Value>>;

/** One feature over all rows, from both sides. */
export interface Comparison {
  readonly feature: string;
  readonly compared: number;
  readonly differences: number;
  /** The first row whose values differ. */
  readonly example: { readonly row: number; readonly stream: Value; readonly sql: Value } | null;
  readonly nulls: number;
  /** Of the numbers among the values; null where there are none. */
  readonly spread: { readonly min: number; readonly mean: number; readonly max: number } | null;
}

/**
 * Compares what the stream said with what SQL says, row by row: `Object.is`, never a tolerance.
 * @throws RangeError where one side has more rows, or a value that is missing
 */
export function compareAll(
  features: readonly { readonly name: string }[],
  stream: readonly Values[],
  sql: readonly Values[],
): Comparison[] {
  if (stream.length !== sql.length) {
    throw new RangeError(`the stream answered ${stream.length} rows and SQL ${sql.length}`);
  }
  return features.map(({ name: feature }) =>
    compareFeature(feature, stream.map(valueOf(feature)), sql.map(valueOf(feature))),
  );
}

function valueOf(feature: string): (values: Values, row: number) => Value {
  return (values, row) => {
    const value = values[feature];
    if (value === undefined) throw new RangeError(`row ${row} has no value for ${feature}`);
    return value;
  };
}

function compareFeature(feature: string, stream: readonly Value[], sql: readonly Value[]): Comparison {
  const differing = sql.flatMap((value, row) => (same(stream[row]!, value) ? [] : [row]));
  const [row] = differing;
  return {
    feature,
    compared: sql.length,
    differences: differing.length,
    example: row === undefined ? null : { row, stream: stream[row]!, sql: sql[row]! },
    nulls: sql.filter(value => value === null).length,
    spread: spreadOf(sql.filter(value => typeof value === 'number')),
  };
}

/** The same value to the last bit: 0 and −0 differ, and so do 1 and 1n. */
export function same(a: Value, b: Value): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((element, index) => Object.is(element, b[index]));
}

function spreadOf(numbers: readonly number[]): Comparison['spread'] {
  if (numbers.length === 0) return null;
  let [min, sum, max] = [Infinity, 0, -Infinity];
  for (const number of numbers) {
    min = Math.min(min, number);
    max = Math.max(max, number);
    sum += number;
  }
  return { min, mean: sum / numbers.length, max };
}
