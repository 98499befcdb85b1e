import { aggregate as evaluate } from '../../../testing/aggregate.ts';
import { windowAt } from '../../../testing/window.ts';
import type { Aggregate, ScalarType, WindowPlan } from '../../../generator/ir/index.ts';
import type { Value } from '../../../runtime/index.ts';

/** A row in its place, as the plainest evaluation sees it. */
export interface PlainRow<R> {
  readonly row: R;
  readonly time: number;
  /** (partition, offset). */
  readonly partition: number;
  readonly offset: number;
}

export interface PlainFeature<R> {
  readonly aggregate: Aggregate;
  readonly window: WindowPlan;
  readonly filter: ((row: R) => boolean) | null;
  readonly input: ((row: R) => Value) | null;
  readonly type: ScalarType | null;
}

/** A feature over all rows of a key, from the definition: no state, no order of arrival. */
export function bruteForce<R>(
  feature: PlainFeature<R>,
  rows: readonly PlainRow<R>[],
  t: number,
  before: boolean,
): Value {
  const { aggregate, window, filter, input } = feature;
  const ordered = [...rows].sort(
    (a, b) => a.time - b.time || a.partition - b.partition || a.offset - b.offset,
  );
  const { from, to, at } = windowOf(window, t, before);
  const selected = ordered.filter(({ row }) => filter === null || filter(row));
  const inWindow = selected.filter(({ time }) => time >= from && time <= to);
  const taken = window.last === null ? inWindow : inWindow.slice(-window.last);
  const clean = (row: R): Value => {
    const value = input!(row);
    if (typeof value !== 'number') return value;
    return Number.isFinite(value) ? value + 0 : null;
  };
  switch (aggregate.kind) {
    case 'count':
      return taken.length;
    case 'changes': {
      const valued = selected.filter(({ row }) => clean(row) !== null);
      return taken.filter(one => {
        const place = valued.indexOf(one);
        return place > 0 && clean(valued[place]!.row) !== clean(valued[place - 1]!.row);
      }).length;
    }
    case 'timeSince':
    case 'timeBetween': {
      const times = taken
        .map(one => (input === null ? one.time : clean(one.row)))
        .filter(time => time !== null) as number[];
      if (aggregate.kind === 'timeSince')
        return times.length === 0 ? null : (at - times.at(-1)!) / aggregate.unit;
      return times.length < 2 ? null : (times.at(-1)! - times.at(-2)!) / aggregate.unit;
    }
    case 'latest':
      throw new TypeError('latest reads tables');
    default: {
      const values = taken
        .map(({ row }) => (input === null ? null : clean(row)))
        .filter(value => value !== null);
      const result = evaluate(
        aggregate,
        values as never,
        (feature.type ?? { kind: 'double' }) as never,
      ) as Value;
      return typeof result === 'number' ? result + 0 : result;
    }
  }
}

function windowOf({ over, step, delay, bounds, refresh }: WindowPlan, t: number, before: boolean) {
  const us = (length: number): `${number}us` => `${length}us`;
  return windowAt(
    {
      ...(over.kind === 'duration' ? { over: us(over.length) } : over.kind === 'calendar' ? { over } : {}),
      ...(step === null ? {} : { step: us(step) }),
      ...(delay === 0 ? {} : { delay: us(delay) }),
      ...(refresh === null ? {} : { refresh: us(refresh) }),
      bounds,
    } as Parameters<typeof windowAt>[0],
    t,
    before,
  );
}
