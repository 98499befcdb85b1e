import { ratio } from 'skewless';
import type { AnyFeature } from 'skewless';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../testing/index.ts';
import { readings, rows, second, valueOf } from './readings.ts';

const t = Date.UTC(2024, 0, 1) * 1000;

/** Of whole numbers 3, null, 1, 3 in this order, one second apart. */
const wholes = rows({ whole: 3 }, { whole: null }, { whole: 1 }, { whole: 3 });

describe('of 3, null, 1, 3', () => {
  test.each<[string, AnyFeature, Value]>([
    ['count counts rows, null or not', readings.count(), 4],
    ['countDistinct skips null', readings.countDistinct(r => r.whole), 2],
    ['sum', readings.sum(r => r.whole), 7],
    ['avg: 7 ÷ 3', readings.avg(r => r.whole), 7 / 3],
    ['min', readings.min(r => r.whole), 1],
    ['max', readings.max(r => r.whole), 3],
    ['variance of the sample: (3·19 − 49) ÷ (3·2)', readings.variance(r => r.whole), 8 / 6],
    ['variance of the population: 8 ÷ 9', readings.variance(r => r.whole, { population: true }), 8 / 9],
    ['stddev', readings.stddev(r => r.whole), Math.sqrt(8 / 6)],
    ['median', readings.median(r => r.whole), 3],
    ['percentile cont of 1, 3, 3 at place 0.5: 1 + 0.5·2', readings.percentile(r => r.whole, 0.25), 2],
    [
      'percentile disc: the first place that reaches 0.25',
      readings.percentile(r => r.whole, 0.25, { method: 'disc' }),
      1,
    ],
    ['mode', readings.mode(r => r.whole), 3],
    ['topK', readings.topK(2, r => r.whole), [3, 1]],
    ['first', readings.first(r => r.whole), 3],
    ['last', readings.last(r => r.whole), 3],
    ['last(2), newest first', readings.last(2, r => r.whole), [3, 1]],
    ['distinct, by first appearance', readings.distinct(r => r.whole), [3, 1]],
    ['changes: null is skipped, 3→1 and 1→3 count', readings.changes(r => r.whole), 2],
    ['timeSince the last row, in seconds', readings.timeSince(), 7],
    ['timeSince in another unit', readings.timeSince({ unit: 'ms' }), 7000],
    ['timeBetween the last two', readings.timeBetween(), 1],
    ['timeSince of the rows that are selected', readings.timeSince({ where: r => r.whole === 1 }), 8],
    [
      'timeSince by an instant of its own',
      readings.timeSince({ time: r => (r.whole === 1 ? r.at : null) }),
      8,
    ],
    [
      'ratio',
      ratio(
        readings.sum(r => r.whole),
        readings.count(),
      ),
      7 / 4,
    ],
    ['ratio by 0 is null', ratio(readings.count(), readings.count({ where: r => r.whole === 9 })), null],
    [
      'ratio by 0 with a default',
      ratio(readings.count(), readings.count({ where: () => false }), { default: -1 }),
      -1,
    ],
    ['approxCountDistinct of few is exact', readings.approxCountDistinct(r => r.whole), 2],
    [
      'approxPercentile: the middle of the bucket of 3',
      readings.approxPercentile(r => r.whole, 0.5),
      3 + 2 ** -7,
    ],
  ])('%s', (_, feature, expected) => {
    expect(valueOf(feature, wholes, 10)).toStrictEqual(expected);
  });
});

describe('of nothing', () => {
  test.each<[string, AnyFeature, Value]>([
    ['count', readings.count(), 0],
    ['countDistinct', readings.countDistinct(r => r.whole), 0],
    ['changes', readings.changes(r => r.whole), 0],
    ['approxCountDistinct', readings.approxCountDistinct(r => r.whole), 0],
    ['sum', readings.sum(r => r.whole), null],
    ['sum with a default', readings.sum(r => r.whole, { default: 0 }), 0],
    ['avg', readings.avg(r => r.whole), null],
    ['min', readings.min(r => r.whole), null],
    ['stddev', readings.stddev(r => r.whole), null],
    ['percentile', readings.percentile(r => r.whole, 0.5), null],
    ['approxPercentile', readings.approxPercentile(r => r.whole, 0.5), null],
    ['mode', readings.mode(r => r.whole), null],
    ['last', readings.last(r => r.whole), null],
    ['last(n)', readings.last(2, r => r.whole), []],
    ['topK', readings.topK(2, r => r.whole), []],
    ['distinct', readings.distinct(r => r.whole), []],
    ['any', readings.any(r => r.flag), null],
    ['all', readings.all(r => r.flag), null],
    ['timeSince', readings.timeSince(), null],
    ['timeBetween', readings.timeBetween(), null],
  ])('%s', (_, feature, expected) => {
    expect(valueOf(feature, rows(), 10)).toStrictEqual(expected);
  });
});

test.each<[string, readonly (boolean | null)[], Value, Value]>([
  ['true, null, false', [true, null, false], true, false],
  ['false', [false], false, false],
  ['true, true', [true, true], true, true],
  ['null alone', [null], null, null],
])('any and all of %s', (_, flags, any, all) => {
  const given = rows(...flags.map(flag => ({ flag })));
  expect(
    valueOf(
      readings.any(r => r.flag),
      given,
      10,
    ),
  ).toBe(any);
  expect(
    valueOf(
      readings.all(r => r.flag),
      given,
      10,
    ),
  ).toBe(all);
});

describe('ties and order of values', () => {
  const labels = rows({ label: '😀' }, { label: '￿' }, { label: 'b' }, { label: '😀' }, { label: '￿' });

  test('mode of equals is the smaller by code point, which is not the order of UTF-16', () => {
    expect('😀' < '￿').toBe(true);
    expect(
      valueOf(
        readings.mode(r => r.label),
        labels,
        10,
      ),
    ).toBe('￿');
  });

  test('topK: by count, then by code point', () => {
    expect(
      valueOf(
        readings.topK(3, r => r.label),
        labels,
        10,
      ),
    ).toStrictEqual(['￿', '😀', 'b']);
  });

  test('min and max of text', () => {
    expect(
      valueOf(
        readings.min(r => r.label),
        labels,
        10,
      ),
    ).toBe('b');
    expect(
      valueOf(
        readings.max(r => r.label),
        labels,
        10,
      ),
    ).toBe('😀');
  });

  test('false is smaller than true', () => {
    expect(
      valueOf(
        readings.mode(r => r.flag),
        rows({ flag: true }, { flag: false }),
        10,
      ),
    ).toBe(false);
  });

  test('events of one instant stand in order of their position', () => {
    const at = second(3);
    expect(
      valueOf(
        readings.last(3, r => r.whole),
        rows({ whole: 1, at }, { whole: 2, at }, { whole: 3, at }),
        5,
      ),
    ).toStrictEqual([3, 2, 1]);
  });
});

describe('exactness', () => {
  test('decimals are summed as scaled integers: 0.1 + 0.2 is 0.3', () => {
    expect(
      valueOf(
        readings.sum(r => r.money),
        rows({ money: '0.10' }, { money: '0.20' }),
        10,
      ),
    ).toBe(0.3);
  });

  test('negated columns and branches of decimals stay exact; what is computed is a double', () => {
    const given = rows({ money: '0.10' }, { money: '0.20' }, { money: null });
    expect(
      valueOf(
        readings.sum(r => -(r.money ?? 0)),
        given,
        10,
      ),
    ).toBe(-0.30000000000000004);
    expect(
      valueOf(
        readings.sum(r => (r.money === null ? null : -r.money)),
        given,
        10,
      ),
    ).toBe(-0.3);
    expect(
      valueOf(
        readings.avg(r => r.money ?? 0),
        given,
        10,
      ),
    ).toBe(0.1);
  });

  test('doubles are cut at 2^-62 and summed without rounding', () => {
    const given = rows(
      { real: 0.1 },
      { real: 0.2 },
      { real: 2 ** 40 },
      { real: -(2 ** 40) },
      { real: 2 ** -63 },
    );
    expect(
      valueOf(
        readings.sum(r => r.real),
        given,
        10,
      ),
    ).toBe(0.30000000000000004);
  });

  test('beyond 2^52 a double counts as null in a sum', () => {
    const given = rows({ real: 2 ** 52 }, { real: 2 ** 52 + 1 });
    expect(
      valueOf(
        readings.sum(r => r.real),
        given,
        10,
      ),
    ).toBe(2 ** 52);
    expect(
      valueOf(
        readings.avg(r => r.real),
        given,
        10,
      ),
    ).toBe(2 ** 52);
    expect(
      valueOf(
        readings.max(r => r.real),
        given,
        10,
      ),
    ).toBe(2 ** 52 + 1);
  });

  test('integers beyond 2^53 leave as the nearest double', () => {
    const given = rows({ whole: 2 ** 53 - 1 }, { whole: 2 ** 53 - 1 }, { whole: 3 });
    expect(
      valueOf(
        readings.sum(r => r.whole),
        given,
        10,
      ),
    ).toBe(2 ** 54); // 2^54 + 1 has no double
  });

  test('stddev of doubles keeps `scale` decimals: 0.0000004 is 0', () => {
    const given = rows({ real: 0 }, { real: 0.0000004 });
    expect(
      valueOf(
        readings.stddev(r => r.real),
        given,
        10,
      ),
    ).toBe(0);
    expect(
      valueOf(
        readings.variance(r => r.real, { scale: 7 }),
        given,
        10,
      ),
    ).toBe(8e-14); // (2·16 − 16) ÷ (2·10^14)
  });

  test('bigints pass through, beyond every double', () => {
    const given = rows({ wide: 9007199254740993n }, { wide: 9007199254740992n });
    expect(
      valueOf(
        readings.max(r => r.wide),
        given,
        10,
      ),
    ).toBe(9007199254740993n);
    expect(
      valueOf(
        readings.countDistinct(r => r.wide),
        given,
        10,
      ),
    ).toBe(2);
  });

  test('timestamps pass through as µs', () => {
    expect(
      valueOf(
        readings.max(r => r.at),
        rows({}, {}),
        10,
      ),
    ).toBe(t + 1_000_000);
  });
});

describe('inputs first', () => {
  test('NaN and the infinities become null, −0 becomes 0', () => {
    const given = rows({ real: 0 }, { real: 1 });
    expect(
      valueOf(
        readings.last(3, r => 1 / (r.real ?? 1)),
        given,
        10,
      ),
    ).toStrictEqual([1]);
    expect(
      valueOf(
        readings.min(r => -1 * (r.real ?? 1) * 0),
        given,
        10,
      ),
    ).toBe(0);
    expect(
      valueOf(
        readings.countDistinct(r => (r.real === 0 ? -0 : 0)),
        given,
        10,
      ),
    ).toBe(1);
  });

  test('last: N takes rows, before nulls are skipped', () => {
    const given = rows({ whole: 5 }, { whole: 7 }, { whole: null });
    expect(
      valueOf(
        readings.sum(r => r.whole, { last: 2 }),
        given,
        10,
      ),
    ).toBe(7);
    expect(valueOf(readings.count({ last: 2 }), given, 10)).toBe(2);
  });
});

describe('changes', () => {
  const moves = rows({ label: 'a' }, { label: 'b' }, { label: null }, { label: 'b' }, { label: 'a' });

  test('the one before may lie outside the window', () => {
    expect(
      valueOf(
        readings.changes(r => r.label, { over: '1s' }),
        moves,
        4,
      ),
    ).toBe(1); // a after b
    expect(
      valueOf(
        readings.changes(r => r.label, { over: '3s' }),
        moves,
        3,
      ),
    ).toBe(1); // b after a, at second 0
  });

  test('the one before is a selected one', () => {
    expect(
      valueOf(
        readings.changes(r => r.label, { where: r => r.label !== 'b' }),
        moves,
        4,
      ),
    ).toBe(0);
  });

  test('the first event of a key is no change', () => {
    expect(
      valueOf(
        readings.changes(r => r.label),
        moves,
        0,
      ),
    ).toBe(0);
  });
});
