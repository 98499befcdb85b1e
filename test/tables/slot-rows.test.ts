import { expect, test } from 'vitest';
import type { FeedRow } from '../../runtime/tables/slot-rows.ts';
import { SlotRows } from '../../runtime/tables/slot-rows.ts';
import { Random } from '../support/random.ts';

const order = (a: FeedRow, b: FeedRow): number =>
  (a.time === b.time ? 0 : a.time - b.time) || Number(a.key[0]) - Number(b.key[0]);
const feed = { replace: () => {}, remove: () => {} };

/** One row a key stands at a time; what stood before is seen by reads of the past, until it is let go. */
test.each(Array.from({ length: 40 }, (_, i) => 500 + i))('rows are seen when they stood, seed %i', seed => {
  const random = new Random(seed);
  const rows = new SlotRows(order);
  const all = new Set<FeedRow>();
  const standing = new Map<number, FeedRow>();
  let now = 0;
  for (let i = 0; i < 120; i += 1) {
    now += random.below(3);
    const key = random.below(6);
    const before = standing.get(key);
    if (before !== undefined) {
      standing.delete(key);
      rows.replace(before, now);
    }
    if (random.chance(0.8)) {
      const time = random.chance(0.1) ? -Infinity : random.below(10);
      const until = random.chance(0.1) ? now + 1 + random.below(5) : Infinity;
      const place = { feed, slot: 1, time, from: now, until, lane: 0, offset: 0, key: [key] };
      const row = { ...place, selected: [], inputs: [], gone: false };
      rows.add(row);
      all.add(row);
      if (until === Infinity) standing.set(key, row);
      else now = until;
    }
    if (random.chance(0.2)) {
      const dead = [...all].filter(row => row.until <= now);
      const gone = dead[random.below(Math.max(1, dead.length))];
      if (gone !== undefined) {
        rows.remove(gone);
        all.delete(gone);
      }
    }
    const to = now - random.below(12);
    const wanted = [...all].filter(row => row.from <= to && to < row.until).sort(order);
    expect(rows.visible(to)).toEqual(wanted);
    expect(rows.size).toBe(all.size);
  }
});

test('old rows are let go of, but those that are asked for', () => {
  const rows = new SlotRows(order);
  const made = [1, 2, 3, 4].map(time => {
    const place = { feed, slot: 1, time, from: 0, until: Infinity, lane: 0, offset: 0, key: [time] };
    return { ...place, selected: [], inputs: [], gone: false };
  });
  for (const row of made) rows.add(row);
  rows.trim(3, old => new Set([old[1]!]));
  expect(rows.visible(9).map(({ time }) => time)).toEqual([2, 4]);
  expect(made.map(({ gone }) => gone)).toEqual([true, false, true, false]);
});
