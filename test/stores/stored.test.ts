import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WireType } from '../../runtime/client/plan.ts';
import type { InnerValue } from '../../runtime/client/transport.ts';
import type { Served, ServedScalar, ServedType, ServingPlan } from '../../runtime/serve/plan.ts';
import { storables } from '../../runtime/stores/storable.ts';
import { BadKeyPart, StoredKeys } from '../../runtime/stores/stored-key.ts';
import { storedText, storedValue } from '../../runtime/stores/stored-value.ts';
import { everything, plan, small } from '../tcp/support/plan.ts';

const values: Record<
  Exclude<ServedScalar['kind'], 'decimal' | 'enum'>,
  fc.Arbitrary<number | bigint | string | boolean>
> = {
  int: fc.maxSafeInteger(),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
  text: fc.string({ unit: 'grapheme' }),
  uuid: fc.uuid(),
  boolean: fc.boolean(),
  timestamp: fc.integer({ min: -8e15, max: 8e15 }),
};

describe('a stored value', () => {
  test.each(Object.entries(values))(
    'of type %s comes back bit for bit, alone and in a list',
    (kind, arbitrary) => {
      const type = { kind } as ServedScalar;
      const list: ServedType = { kind: 'list', of: type };
      fc.assert(
        fc.property(arbitrary, fc.array(arbitrary), (value, many) => {
          expect(storedValue(kind as WireType)(storedText(type)(value))).toBe(value);
          expect(storedValue(`${kind}[]` as WireType)(storedText(list)(many))).toStrictEqual(many);
        }),
        { numRuns: 500 },
      );
    },
  );

  test('is written as the semantics say', () => {
    const text = (type: ServedType, value: Exclude<InnerValue, null>): string => storedText(type)(value);
    expect(text({ kind: 'double' }, 0.1)).toBe('0.1');
    expect(text({ kind: 'decimal', precision: 5, scale: 2 }, 12.3)).toBe('12.3');
    expect(text({ kind: 'bigint' }, -(2n ** 63n))).toBe('-9223372036854775808');
    expect(text({ kind: 'boolean' }, false)).toBe('false');
    expect(text({ kind: 'timestamp' }, 1_700_000_000_000_001)).toBe('2023-11-14T22:13:20.000001Z');
    expect(text({ kind: 'list', of: { kind: 'bigint' } }, [1n, 2n])).toBe('["1","2"]');
    expect(text({ kind: 'list', of: { kind: 'double' } }, [0.5, -1])).toBe('[0.5,-1]');
    expect(text({ kind: 'list', of: { kind: 'timestamp' } }, [0])).toBe('["1970-01-01T00:00:00.000000Z"]');
  });

  test.each<[WireType, string]>([
    ['int', ''],
    ['int', '0x10'],
    ['double', 'NaN'],
    ['double', '1,5'],
    ['bigint', '1.0'],
    ['boolean', 'True'],
    ['timestamp', '2024-01-01'],
    ['text[]', 'a'],
    ['text[]', '[1]'],
    ['int[]', '["1"]'],
    ['bigint[]', '[1]'],
    ['int[]', '[null]'],
    ['int[]', '{}'],
  ])('of type %s is not read from %s', (type, text) => {
    expect(storedValue(type)(text)).toBeUndefined();
  });
});

describe('the name of a key', () => {
  const keys = new StoredKeys('shop', { name: 'item', inputs: { item_id: 'int', category: 'text' } });

  test('is its parts in order, escaped', () => {
    expect(keys.nameOf({ category: 'books', item_id: 7 })).toBe('shop:item:7:books');
    expect(keys.nameOf({ category: '50%:off', item_id: -0 })).toBe('shop:item:0:50%25%3Aoff');
    expect(keys.unseen).toBe('shop:item');
    const uuid = new StoredKeys('p', { name: 'n', inputs: { id: 'uuid', ok: 'boolean', big: 'bigint' } });
    expect(uuid.nameOf({ id: 'AB', ok: true, big: 2n ** 63n - 1n })).toBe('p:n:ab:true:9223372036854775807');
  });

  test('is no other key’s', () => {
    const part = fc.string({ unit: fc.constantFrom(':', '%', '2', '5', '3', 'A', 'x'), maxLength: 6 });
    const two = new StoredKeys('p', { name: 'n', inputs: { a: 'text', b: 'text' } });
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        const same = a === c && b === d;
        expect(two.nameOf({ a, b }) === two.nameOf({ a: c, b: d })).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [{ item_id: 1.5, category: 'a' }],
    [{ item_id: 1, category: null }],
    [{ item_id: '1', category: 'a' }],
    [{}],
  ])('is refused to %j', key => {
    expect(() => keys.nameOf(key)).toThrow(BadKeyPart);
  });
});

describe('what can be stored', () => {
  const vector = (name: string, inputs: Served['inputs']): Served => ({ ...everything, name, inputs });
  const two: ServingPlan = {
    ...plan,
    served: [small, { ...small, name: 'other' }, vector('by_id', small.inputs), everything],
  };

  test('groups, and vectors that are asked by the keys of some', () => {
    expect(storables(two, undefined).map(({ served }) => served.name)).toEqual(['small', 'other']);
    expect(storables(two, ['by_id', 'small', 'by_id'])).toMatchObject([
      { served: { name: 'by_id' }, groups: ['small', 'other'] },
      { served: { name: 'small' }, groups: ['small'] },
    ]);
  });

  test('and what cannot is named, with the reason, all at once', () => {
    const odd = { ...small, name: 'odd', features: [{ ...small.features[0]!, name: '_at' }] };
    const nullable = vector('nullable', [{ ...small.inputs[0]!, nullable: true }]);
    const three = { ...two, served: [...two.served, odd, nullable, { ...everything, name: 'small' }] };
    expect(() => storables(three, ['smal', 'everything', 'nullable', 'odd', 'small']))
      .toThrowErrorMatchingInlineSnapshot(`
      [Error: Redis cannot hold all that it is to hold:
        there is no group or vector 'smal'; did you mean 'small'?
        the vector 'everything' is asked with 'int', 'bigint', 'double', 'text', 'uuid', 'boolean', 'timestamp', 'decimal' and 'enum', which together are the key of no group: its values are there only once it is asked, over HTTP or TCP
        the vector 'nullable' is asked with 'id', which together are the key of no group: its values are there only once it is asked, over HTTP or TCP
        odd._at has a name that the store uses itself
        'small' is a group and a vector, which would share one name there]
    `);
  });
});
