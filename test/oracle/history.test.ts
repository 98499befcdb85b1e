import { bigint, decimal, entity, features, int, stream, timestamp } from 'skewless';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Oracle } from '../../testing/index.ts';
import type { Knowledge, SourceRecord } from '../../testing/index.ts';

const clicks = stream('clicks', {
  schema: z.object({ id: int().nullable(), user: int().nullable(), at: timestamp().nullable() }),
  eventTime: 'at',
  id: 'id',
  horizon: '10s',
  lateness: '5s',
  earliness: '2s',
});
const group = features('user_clicks', {
  entity: entity('user', { user: int() }),
  features: { n: clicks.count(), delayed: clicks.count({ delay: '1s' }), hour: clicks.count({ over: '1h' }) },
});

const start = Date.UTC(2024, 0, 1) * 1000;
const instant = (s: number): number => start + s * 1_000_000;
type Spec = {
  partition?: number;
  offset: number;
  arrived: number;
  id?: number | null;
  user?: number | null;
  at?: number | null;
};
const record = ({
  partition = 0,
  offset,
  arrived,
  id = null,
  user = 1,
  at = arrived,
}: Spec): SourceRecord => ({
  source: 'clicks',
  partition,
  offset,
  arrivedAt: instant(arrived),
  value: { id, user, at: at === null ? null : instant(at) },
});
const kinds = (...specs: Spec[]): string[] =>
  new Oracle(specs.map(record), [group]).verdicts.map(verdict => verdict.kind);
const count = (specs: Spec[], t: number, known: Knowledge = 'all'): unknown =>
  new Oracle(specs.map(record), [group]).readGroup(group, { user: 1 }, instant(t), { known })['n'];

describe('punctual', () => {
  test('as late as the lateness counts, a µs more does not', () => {
    expect(kinds({ offset: 0, arrived: 5, at: 0 }, { offset: 1, arrived: 5.000001, at: 0 })).toEqual([
      'counted',
      'late',
    ]);
  });

  test('as early as the earliness counts, a µs more does not', () => {
    expect(kinds({ offset: 0, arrived: 0, at: 2 }, { offset: 1, arrived: 0, at: 2.000001 })).toEqual([
      'counted',
      'early',
    ]);
  });

  test('arrival never runs backwards in a partition', () => {
    expect(kinds({ offset: 0, arrived: 9 }, { offset: 1, arrived: 1 })).toEqual(['counted', 'late']);
    expect(kinds({ offset: 0, arrived: 9 }, { offset: 1, arrived: 1, partition: 1 })).toEqual([
      'counted',
      'counted',
    ]);
  });

  test('without a time an event is punctual, and counts for lifetime features without delay only', () => {
    const oracle = new Oracle([record({ offset: 0, arrived: 0, at: null })], [group]);
    expect(oracle.readGroup(group, { user: 1 }, instant(9))).toEqual({ n: 1, delayed: 0, hour: 0 });
  });
});

describe('repeats', () => {
  test('within the horizon of the one before, in one partition', () => {
    expect(
      kinds(
        { offset: 0, arrived: 0, id: 7 },
        { offset: 1, arrived: 9, id: 7 },
        { offset: 2, arrived: 18, id: 7 },
        { offset: 3, arrived: 28, id: 7 },
        { offset: 0, arrived: 1, id: 7, partition: 1 },
      ),
    ).toEqual(['counted', 'repeat', 'repeat', 'counted', 'counted']);
  });

  test('a late one is no forerunner', () => {
    expect(kinds({ offset: 0, arrived: 6, at: 0, id: 7 }, { offset: 1, arrived: 7, id: 7 })).toEqual([
      'late',
      'counted',
    ]);
  });

  test('null is never a repeat', () => {
    expect(kinds({ offset: 0, arrived: 0 }, { offset: 1, arrived: 0 })).toEqual(['counted', 'counted']);
  });

  test('an offset is taken once', () => {
    expect(kinds({ offset: 0, arrived: 0 }, { offset: 0, arrived: 0 })).toEqual(['counted', 'known']);
  });
});

describe('known', () => {
  const specs = [
    { offset: 0, arrived: 1 },
    { offset: 1, arrived: 3, at: 2 },
    { offset: 0, arrived: 2, partition: 1 },
  ];

  test('by arrival', () => {
    expect(count(specs, 9, { knownAt: instant(2) })).toBe(2);
    expect(count(specs, 9, { knownAt: instant(3) })).toBe(3);
  });

  test('by a frontier, in which a partition that is absent has not begun', () => {
    expect(count(specs, 9, { frontier: [{ source: 'clicks', partition: 0, offset: 1 }] })).toBe(1);
    expect(
      count(specs, 9, {
        frontier: [
          { source: 'clicks', partition: 0, offset: 2 },
          { source: 'clicks', partition: 1, offset: 1 },
        ],
      }),
    ).toBe(3);
  });
});

test('a null key belongs to no key, and to ask for one is an error', () => {
  const oracle = new Oracle([record({ offset: 0, arrived: 0, user: null })], [group]);
  expect(oracle.verdicts[0]!.kind).toBe('counted');
  expect(() => oracle.readGroup(group, { user: null }, instant(0))).toThrow(
    'user_clicks: the key user is null',
  );
});

describe('refused', () => {
  const sayings = stream('sayings', {
    schema: z.object({ user: int(), at: timestamp(), text: z.string() }),
    eventTime: 'at',
  });
  const said = features('said', {
    entity: entity('user', { user: int() }),
    features: { text: sayings.last(s => s.text) },
  });
  const verdict = (value: unknown): unknown =>
    new Oracle([{ source: 'sayings', partition: 0, offset: 0, arrivedAt: start, value }], [said]).verdicts[0];
  const row = { user: 1, at: start, text: 'a' };

  test.each([
    ['user', { ...row, user: 2 ** 53 }],
    ['user', { ...row, user: 1.5 }],
    ['user', { ...row, user: null }],
    ['at', { ...row, at: '2250-01-01T00:00:00Z' }],
    ['at', { ...row, at: '1699-12-31T23:59:59.999999Z' }],
    ['text', { ...row, text: 'a\0' }],
    ['text', { ...row, text: '\ud800' }],
    ['text', { user: 1, at: start }],
  ])('for its column %s: %j', (column, value) => {
    expect(verdict(value)).toMatchObject({ kind: 'refused', column });
  });

  test('what is no row, or no JSON', () => {
    expect(verdict([1])).toMatchObject({ kind: 'refused', column: null });
    expect(verdict(new TextEncoder().encode('{'))).toMatchObject({ kind: 'refused', message: 'not JSON' });
  });

  test('not for columns that the schema does not know; bytes are read as JSON', () => {
    expect(verdict({ ...row, more: 1 })).toEqual({ kind: 'counted' });
    expect(verdict(new TextEncoder().encode(JSON.stringify(row)))).toEqual({ kind: 'counted' });
  });

  test('by the first column in order of the schema', () => {
    expect(verdict({ user: 1, at: 'now', text: 3 })).toMatchObject({ column: 'at' });
    expect(verdict({ user: 1, at: start, text: 'a\0', more: 1 })).toMatchObject({ column: 'text' });
  });
});

test('no digit of a bigint or a decimal is lost on the way from bytes', () => {
  const sums = stream('sums', {
    schema: z.object({
      user: int(),
      at: timestamp(),
      wide: bigint(),
      money: decimal(15, 2),
      real: z.number(),
    }),
    eventTime: 'at',
  });
  const summed = features('summed', {
    entity: entity('user', { user: int() }),
    features: { wide: sums.last(s => s.wide), money: sums.last(s => s.money), real: sums.last(s => s.real) },
  });
  const oracle = (money: string): Oracle => {
    const json = `{"user":1,"at":${start},"wide":9007199254740993,"money":${money},"real":0.1000000000000000055}`;
    const value = new TextEncoder().encode(json);
    return new Oracle([{ source: 'sums', partition: 0, offset: 0, arrivedAt: start, value }], [summed]);
  };
  expect(oracle('1234567890123.45').readGroup(summed, { user: 1 }, start)).toEqual({
    wide: 9007199254740993n,
    money: 1234567890123.45,
    real: 0.1,
  });
  expect(oracle('0.10000000000000000001').verdicts[0]).toMatchObject({ kind: 'refused', column: 'money' });
});
