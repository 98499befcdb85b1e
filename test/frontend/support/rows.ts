import fc from 'fast-check';
import type { Column, ScalarType } from '../../../generator/ir/types.ts';

/** Values a column may have, the awkward ones often. */
function valueOf(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'int':
      return fc.oneof(fc.integer({ min: -3, max: 3 }), fc.maxSafeInteger());
    case 'bigint':
      return fc.oneof(
        fc.bigInt({ min: -2n, max: 9n }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      );
    case 'decimal':
      return fc.integer({ min: -300, max: 30_000 }).map(cents => cents / 10 ** type.scale);
    case 'double':
      return fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, 0.5, 2.5, 1e300));
    case 'text':
      return fc.oneof(fc.constantFrom('', 'a', ' a ', 'a-b', 'Zürich', '\u{1F600}'), fc.string());
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'uuid':
      return fc.uuid();
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.integer({ min: 0, max: 4e9 }).map(second => second * 1e6 + 1);
  }
}

/** Rows of these columns. */
export function rowOf(columns: readonly Column[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(
      columns.map(({ name, type, nullable }) => [
        name,
        nullable ? fc.option(valueOf(type), { freq: 3 }) : valueOf(type),
      ]),
    ),
  );
}

/** Changes of rows of these columns. */
export function changeOf(columns: readonly Column[]): fc.Arbitrary<Record<string, unknown>> {
  const image = fc.option(rowOf(columns), { freq: 3 });
  return fc.record({ op: fc.constantFrom('c', 'u', 'd', 'r'), before: image, after: image });
}
