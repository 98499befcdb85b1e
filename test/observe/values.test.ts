import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QuantileSketch } from '../../runtime/observe/quantile-sketch.ts';
import { ValueWindow } from '../../runtime/observe/value-window.ts';

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const disc = (values: readonly number[], p: number): number =>
  sorted(values)[Math.max(Math.ceil(p * values.length), 1) - 1]!;

describe('a sketch', () => {
  test('is within 0.4 % of the value at a rank while its buckets last', () => {
    const values = fc.array(fc.double({ min: 1, max: 3, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, p) => {
        const sketch = new QuantileSketch();
        for (const number of numbers) sketch.add(number);
        expect(Math.abs(sketch.quantile(p)! / disc(numbers, p) - 1)).toBeLessThan(0.004);
      }),
    );
  });

  test('of values that spread further stays ordered and within their range, in two parts as in one', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 2,
      maxLength: 2000,
    });
    fc.assert(
      fc.property(values, fc.nat(), (numbers, cut) => {
        const whole = new QuantileSketch();
        const parts = [new QuantileSketch(), new QuantileSketch()];
        numbers.forEach((number, index) => {
          whole.add(number);
          parts[index % numbers.length < cut % numbers.length ? 0 : 1]!.add(number);
        });
        parts[0]!.addAll(parts[1]!);
        const ps = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];
        const quantiles = ps.map(p => whole.quantile(p)!);
        expect(quantiles).toEqual(sorted(quantiles));
        expect(quantiles.every(Number.isFinite)).toBe(true);
        expect(ps.map(p => parts[0]!.quantile(p))).toEqual(quantiles);
      }),
      { numRuns: 50 },
    );
  });

  test('of nothing has no quantile', () => {
    expect(new QuantileSketch().quantile(0.5)).toBeNull();
  });
});

describe('a window', () => {
  test('forgets in steps, and takes a clock that is set back', () => {
    const window = new ValueWindow(100);
    window.addNumber(1, 10);
    window.addNumber(3, 30);
    window.addNull(55);
    window.addNumber(5, 50);
    expect(window.statistics(55)).toMatchObject({ samples: 4, nullShare: 0.25, mean: 3, stddev: 2 });
    // 10 lies in [0, 20), the step that has gone at 100.
    expect(window.statistics(99).samples).toBe(4);
    expect(window.statistics(100)).toMatchObject({ samples: 3, mean: 4 });
    expect(window.statistics(160)).toMatchObject({ samples: 0, nullShare: null, mean: null, stddev: null });
  });

  test('joins its steps to the moments of all values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 100 }),
        values => {
          const window = new ValueWindow(100);
          values.forEach((value, index) => window.addNumber(value, (index * 99) / values.length));
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          const m2 = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
          // One pass over a sliding window rounds otherwise than two over a list: these are an operator's figures, and no
          // feature's values.
          const statistics = window.statistics(99);
          expect(statistics.mean).toBeCloseTo(mean, 9);
          expect(statistics.stddev).toBeCloseTo(Math.sqrt(m2 / (values.length - 1)), 9);
        },
      ),
    );
  });
});
