import { calendar, features } from 'skewless';
import type { AnyFeature } from 'skewless';
import { describe, expect, test } from 'vitest';
import { events, given } from '../../testing/index.ts';
import { readings, rows, second, sensor, valueOf } from './readings.ts';

/** One row each second from 0 to 9, whose number is its second. */
const seconds = rows(...Array.from({ length: 10 }, (_, whole) => ({ whole })));

/** The seconds that a window takes, newest first. */
const taken = (options: object): AnyFeature => readings.last(100, r => r.whole, options);

test.each<[string, object, number, boolean, number[]]>([
  ['over: (t − W, t]', { over: '3s' }, 5, false, [5, 4, 3]],
  ['before: (t − W, t)', { over: '3s' }, 5, true, [4, 3]],
  ['lifetime', {}, 3, false, [3, 2, 1, 0]],
  ['lifetime before', {}, 3, true, [2, 1, 0]],
  ['lifetime with delay: to t − D', { delay: '2s' }, 3, false, [1, 0]],
  ['delay: (t − D − W, t − D]', { over: '3s', delay: '2s' }, 7, false, [5, 4, 3]],
  ['delay before', { over: '3s', delay: '2s' }, 7, true, [4, 3]],
  ['step: the tail moves in steps, the head is exact', { over: '3s', step: '2s' }, 6, false, [6, 5, 4, 3]],
  ['step on a multiple', { over: '3s', step: '2s' }, 7, false, [7, 6, 5]],
  ['step and delay: both ends move in steps', { over: '3s', step: '2s', delay: '1s' }, 8, false, [6, 5]],
  ['step and delay before', { over: '3s', step: '2s', delay: '1s' }, 8, true, [5]],
  ['last: the last of the window', { over: '5s', last: 2 }, 5, false, [5, 4]],
  ["bounds '[]'", { over: '3s', bounds: '[]' }, 5, false, [5, 4, 3, 2]],
  ["bounds '[)'", { over: '3s', bounds: '[)' }, 5, false, [4, 3, 2]],
  ["bounds '()'", { over: '3s', bounds: '()' }, 5, false, [4, 3]],
  ["bounds '[)' before opens the right end once", { over: '3s', bounds: '[)' }, 5, true, [4, 3, 2]],
  ["bounds '[]' before", { over: '3s', bounds: '[]' }, 5, true, [4, 3, 2]],
  ['bounds of a lifetime: the right end alone', { bounds: '[)' }, 2, false, [1, 0]],
  ['refresh: the same at t′', { over: '3s', refresh: '4s' }, 7, false, [4, 3, 2]],
  ['refresh of a lifetime', { refresh: '4s' }, 7, false, [4, 3, 2, 1, 0]],
])('%s', (_, options, at, before, expected) => {
  expect(valueOf(taken(options), seconds, at, before)).toStrictEqual(expected);
});

test('with refresh, timeSince is that of t′', () => {
  expect(valueOf(readings.timeSince({ where: r => r.whole === 3, refresh: '4s' }), seconds, 7)).toBe(1);
});

test('an event after t is invisible until its time comes', () => {
  expect(valueOf(readings.count(), rows({ at: second(5) }), 4)).toBe(0);
  expect(valueOf(readings.count(), rows({ at: second(5) }), 5)).toBe(1);
});

test('steps before 1970 go toward −∞', () => {
  const group = features('old', {
    entity: sensor,
    features: { n: readings.last(9, r => r.whole, { over: '1s', step: '4s' }) },
  });
  const old = events(
    readings,
    ...['1969-12-31T23:59:56Z', '1969-12-31T23:59:56.000001Z', '1969-12-31T23:59:58Z'].map((at, whole) => ({
      sensor: 1,
      at,
      whole,
    })),
  );
  // t − 1s is 2 s before 1970; the tile's tail is 4 s before, and does not belong.
  expect(given(old).at('1969-12-31T23:59:59Z').features(group, { sensor: 1 }).n).toStrictEqual([2, 1]);
});

describe('calendar windows', () => {
  // Berlin, the night clocks go forward: local midnight of 2024-03-31 is 23:00Z the day before, of 04-01 it is 22:00Z.
  const night = events(
    readings,
    ...[
      '2024-03-30T22:59:59.999999Z',
      '2024-03-30T23:00:00Z',
      '2024-03-31T21:59:59Z',
      '2024-03-31T22:00:00Z',
    ].map((at, whole) => ({ sensor: 1, at, whole })),
  );
  const over = calendar('day', 'Europe/Berlin');
  const read = (options: object, at: string, before = false): unknown => {
    const group = features('day', {
      entity: sensor,
      features: { rows: readings.last(9, r => r.whole, { over, ...options }) },
    });
    return given(night).at(at, { before }).features(group, { sensor: 1 }).rows;
  };

  test('the day starts at local midnight, that instant included, and this one is 23 h long', () => {
    expect(read({}, '2024-03-31T21:59:59Z')).toStrictEqual([2, 1]);
    expect(read({}, '2024-03-31T22:00:00Z')).toStrictEqual([3]);
  });

  test('bounds that are written out decide about the start', () => {
    expect(read({ bounds: '(]' }, '2024-03-31T21:59:59Z')).toStrictEqual([2]);
    expect(read({ bounds: '[)' }, '2024-03-31T21:59:59Z')).toStrictEqual([1]);
  });

  test('before midnight t is still of the day that t lies in', () => {
    expect(read({}, '2024-03-31T22:00:00Z', true)).toStrictEqual([]);
  });

  test('a delay moves the instant whose day it is', () => {
    expect(read({ delay: '1s' }, '2024-03-31T22:00:00Z')).toStrictEqual([2, 1]);
  });
});
