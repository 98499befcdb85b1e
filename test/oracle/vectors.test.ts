import { asciiUpper, compute, entity, features, finite, int, table, timestamp, vector } from 'skewless';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { arriving, events, given, versions } from '../../testing/index.ts';
import { readings, rows, second, sensor } from './readings.ts';

const levels = features('levels', {
  entity: sensor,
  features: {
    n: readings.count(),
    sum: readings.sum(r => r.whole),
    label: readings.last(r => r.label),
    seen: readings.max(r => r.at),
  },
})
  .derive({
    mean: f => (f.sum ?? 0) / f.n,
    safe: f => finite((f.sum ?? 0) / f.n, -1),
    missing: { value: f => f.sum, default: 5 },
    labels: f => (f.label === null ? null : asciiUpper(f.label)),
    zero: f => -0 * f.n,
  })
  .derive({
    doubled: f => (f.mean === null ? null : f.mean * 2),
    age: (f, t) => (f.seen === null ? null : t - f.seen),
  });

describe('derived features', () => {
  test('see the layers before them, and the instant of the read', () => {
    const values = given(rows({ whole: 3, label: 'a' }, { whole: 4 }))
      .at(second(3))
      .features(levels, { sensor: 1 });
    expect(values).toMatchObject({
      mean: 3.5,
      safe: 3.5,
      missing: 7,
      labels: 'A',
      doubled: 7,
      age: 2_000_000,
    });
    expect(Object.keys(values)).toEqual([
      'n',
      'sum',
      'label',
      'seen',
      'mean',
      'safe',
      'missing',
      'labels',
      'zero',
      'doubled',
      'age',
    ]);
  });

  test('a number that is not finite is null, undefined is null, −0 is 0', () => {
    const values = given(rows()).at(second(3)).features(levels, { sensor: 1 });
    expect(values).toMatchObject({
      mean: null,
      safe: -1,
      missing: 5,
      labels: null,
      doubled: null,
      age: null,
    });
    expect(Object.is(values.zero, 0)).toBe(true);
  });
});

test('compute runs any TypeScript, as it is; what it yields its text does not tell', () => {
  const group = levels.derive({ shout: compute(f => f.label?.replace(/^./, first => first.toUpperCase())) });
  expect(
    given(rows({ label: 'hey' }))
      .at(second(3))
      .features(group, { sensor: 1 }).shout,
  ).toBe('Hey');
  const filled = vector('filled', {
    request: { sensor: int() },
    take: v => v.getOr(group, { sensor: v.request.sensor }, 0),
  });
  expect(() => given(rows()).at(second(3)).features(filled, { sensor: 1 })).toThrow(
    'levels.shout: its lambda does not tell',
  );
});

const sensors = table('sensors', {
  schema: z.object({ serial: z.string(), sensor: int().nullable(), fitted: timestamp() }),
  primaryKey: 'serial',
});
const found = vector('found', {
  request: { serial: z.string(), limit: int(), since: timestamp() },
  take: v => {
    const { sensor } = v.row(sensors, { serial: v.request.serial });
    const some = v.getOr(levels, { sensor }, 0);
    return {
      ...some,
      sensor,
      none: v.get(levels, { sensor: sensor.or(99) }).sum.or(-5),
      limit: v.request.limit,
    };
  },
}).derive({ over: f => f.n > f.limit, later: (f, t) => t - f.since });

describe('vectors', () => {
  const read = given(
    versions(sensors, { op: 'c', at: second(0), row: { serial: 'A', sensor: 1, fitted: second(0) } }),
    versions(sensors, { op: 'c', at: second(0), row: { serial: 'B', fitted: second(0) } }),
    rows({ whole: 3 }, { whole: 4 }),
  ).at(second(3));

  test('reach a key through a row', () => {
    expect(read.features(found, { serial: 'A', limit: 1, since: second(1) })).toMatchObject({
      n: 2,
      sum: 7,
      sensor: 1,
      none: 7,
      limit: 1,
      over: true,
      later: 2_000_000,
    });
  });

  test('a key found as null is a key never seen; getOr fills numbers, not texts and instants', () => {
    const values = read.features(found, { serial: 'B', limit: 1, since: second(1) });
    expect(values).toMatchObject({
      n: 0,
      sum: 0,
      mean: 0,
      label: null,
      labels: null,
      seen: null,
      sensor: null,
      none: -5,
      over: false,
    });
  });

  test('a null request key is an error', () => {
    expect(() => read.features(found, { serial: null, limit: 1, since: 0 } as never)).toThrow(
      "found: the request's serial",
    );
  });
});

describe('given', () => {
  test('has the types of the declaration', () => {
    const read = given(rows()).at(second(0));
    expectTypeOf(read.features(levels, { sensor: 1 }).n).toEqualTypeOf<number>();
    expectTypeOf(read.features(levels, { sensor: 1 }).label).toEqualTypeOf<string | null>();
    expectTypeOf(read.features(found, { serial: 'A', limit: 1, since: 0 }).over).toEqualTypeOf<boolean>();
    // @ts-expect-error: no such key
    expect(() => read.features(levels, { sensr: 1 })).toThrow();
    // @ts-expect-error: no such column
    expect(() => events(readings, { sensor: 1, at: second(0), hole: 3, whole: 'x' })).toThrow();
  });

  test('names the row and the column that break the schema', () => {
    expect(() => rows({ whole: 1 }, { whole: 1.5 })).toThrow('readings, row 2, column whole: ');
  });

  test('takes rows as arriving at another time, and reads by what was known', () => {
    const late = given(
      events(readings, { sensor: 1, at: second(1) }, arriving(second(5), { sensor: 1, at: second(0) })),
    );
    expect(late.at(second(4), { knownAt: second(4) }).features(levels, { sensor: 1 }).n).toBe(1);
    expect(late.at(second(4)).features(levels, { sensor: 1 }).n).toBe(2);
  });

  test('takes an instant as text, Date or µs', () => {
    const one = given(rows({}));
    for (const t of [second(0), new Date(second(0)), Date.parse(second(0)) * 1000]) {
      expect(one.at(t).features(levels, { sensor: 1 }).n).toBe(1);
    }
    expect(() => one.at('yesterday').features(levels, { sensor: 1 })).toThrow("'yesterday' is no instant");
  });
});

test('an entity may be found by lambdas', () => {
  const byLabel = features('by_label', {
    entity: entity('tag', { tag: z.string() }),
    features: { n: readings.on({ tag: r => r.label }).count() },
  });
  expect(
    given(rows({ label: 'a' }, { label: null }, { label: 'a' }))
      .at(second(5))
      .features(byLabel, { tag: 'a' }).n,
  ).toBe(2);
});
