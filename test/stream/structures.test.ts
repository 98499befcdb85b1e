import { describe, expect, it } from 'vitest';
import { fix62 } from '../../kernels/exact-sum.ts';
import { RunningCount, RunningSum, WideSum } from '../../runtime/abi.ts';
import { SortedValues } from '../../runtime/aggregates/sorted-values.ts';
import { ValueCounts } from '../../runtime/aggregates/value-counts.ts';
import { ValueTally } from '../../runtime/aggregates/value-tally.ts';
import { RepeatMemories } from '../../runtime/engine/repeats-part.ts';
import { RepeatMemory } from '../../runtime/engine/repeats.ts';
import { SnapshotReader, SnapshotWriter } from '../../runtime/state/bytes.ts';
import { Dictionary, NO_CODE } from '../../runtime/state/dictionary.ts';
import { KeyIndex, NO_SLOT } from '../../runtime/state/key-index.ts';
import { floorTo } from '../../runtime/windows/edges.ts';
import { throughCheckpoint } from './support/checkpoints.ts';
import { Random } from './support/random.ts';

const SEED = 4711;
const wholes = [
  0, 1, -1, 4294967295, 4294967296, -4294967296, 9007199254740991, -9007199254740991, 123456789012345,
];
const doubles = [
  0,
  0.1,
  -0.1,
  1 / 3,
  2 ** 52,
  -(2 ** 52),
  2 ** -62,
  1.5 * 2 ** -62,
  5e-324,
  1e15 + 0.3,
  4294967295.75,
  2 ** 31 + 0.5,
];

describe('running totals', () => {
  it('of 64 bits equal BigInt sums, rows inserted anywhere', () => {
    const random = new Random(SEED);
    const sum = new RunningSum();
    const values: number[] = [];
    for (let i = 0; i < 500; i += 1) {
      const value = random.chance(0.3) ? random.pick(wholes) % 2 ** 34 : random.below(1e9) - 5e8;
      const at = 1 + (random.chance(0.5) ? values.length : random.below(values.length + 1));
      sum.move(at, at + 1, values.length + 1 - at);
      values.splice(at - 1, 0, value);
      sum.add(at, values.length + 1, value);
      const low = random.below(values.length + 1);
      const high = low + random.below(values.length + 1 - low);
      const exact = values.slice(low, high).reduce((total, x) => total + BigInt(x), 0n);
      expect(sum.exact(low, high), `seed ${SEED}, ${i}`).toBe(exact);
      expect(sum.between(low, high)).toBe(Number(exact));
    }
  });

  it('of 64 bits stay exact when they wrap', () => {
    const sum = new RunningSum();
    for (let i = 1; i < 1000; i += 1) sum.add(i, i + 1, 9007199254740991);
    sum.add(1000, 1001, -3);
    for (let i = 1001; i < 1020; i += 1) sum.add(i, i + 1, 9007199254740991);
    expect(sum.exact(999, 1001)).toBe(9007199254740991n - 3n);
  });

  it.each(['integer', 'square', 'fix62'] as const)('of 160 bits equal BigInt sums: %s', kind => {
    const random = new Random(SEED);
    const sum = new WideSum(5);
    const values: bigint[] = [];
    for (let i = 0; i < 400; i += 1) {
      const value =
        kind === 'fix62'
          ? random.chance(0.4)
            ? random.pick(doubles)
            : (random.next() - 0.5) * 10 ** random.below(15)
          : random.chance(0.5)
            ? random.pick(wholes)
            : random.below(1e9) - 5e8;
      sum[kind](value);
      const at = 1 + (random.chance(0.5) ? values.length : random.below(values.length + 1));
      sum.move(at, at + 1, values.length + 1 - at);
      values.splice(
        at - 1,
        0,
        kind === 'fix62' ? fix62(value)! : kind === 'square' ? BigInt(value) ** 2n : BigInt(value),
      );
      sum.add(at, values.length + 1);
      const low = random.below(values.length + 1);
      const high = low + random.below(values.length + 1 - low);
      const exact = values.slice(low, high).reduce((total, x) => total + x, 0n);
      expect(sum.exact(low, high), `seed ${SEED}, ${i}, ${value}`).toBe(exact);
      expect(sum.between(low, high)).toBe(Number(exact));
    }
  });

  it.each([3, 4] as const)('of %i words are as exact where that is enough', words => {
    const sum = new WideSum(words);
    let total = 0n;
    for (let i = 1; i < 1000; i += 1) {
      const value = i % 3 === 0 ? -9007199254740991 : 123456789012345 * (i % 7);
      sum.integer(value);
      sum.add(i, i + 1);
      total += BigInt(value);
      expect(sum.exact(0, i)).toBe(total);
      expect(sum.between(0, i)).toBe(Number(total));
    }
  });

  it('find the row of a rank', () => {
    const random = new Random(SEED);
    const count = new RunningCount('windows');
    for (let i = 1; i < 800; i += 1) count.add(i, i + 1, random.chance(0.3) ? 1 : 0);
    for (let low = 0; low < 800; low += 37) {
      for (let rank = count.cells[low]! + 1; rank <= count.cells[799]!; rank += 1) {
        const at = count.rowOf(rank, low, 799);
        expect(count.cells[at]).toBe(rank);
        expect(count.cells[at - 1]).toBe(rank - 1);
      }
    }
  });

  it('of windows begin anew before 32 bits are full, and keep their differences', () => {
    const count = new RunningCount('windows');
    count.cells[0] = 2 ** 30 + 5;
    for (let i = 1; i < 10; i += 1) count.add(i, i + 1, 1);
    count.settle(0, 0, 10);
    expect([...count.cells.subarray(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('values of a window', () => {
  it('are counted as a Map counts them', () => {
    const random = new Random(SEED);
    const counts = new ValueCounts();
    const tally = new ValueTally();
    const wanted = new Map<number, number>();
    const held: number[] = [];
    for (let i = 0; i < 5000; i += 1) {
      if (held.length > 0 && random.chance(0.48)) {
        const value = held.splice(random.below(held.length), 1)[0]!;
        counts.remove(value);
        const left = wanted.get(value)! - 1;
        if (left === 0) wanted.delete(value);
        else wanted.set(value, left);
      } else {
        const value = random.chance(0.5) ? random.below(200) : random.below(1000) / 7;
        held.push(value);
        counts.add(value);
        wanted.set(value, (wanted.get(value) ?? 0) + 1);
      }
      expect(counts.size, `seed ${SEED}, ${i}`).toBe(wanted.size);
    }
    tally.fill({ cells: Float64Array.from([NaN, ...held]), has: at => at > 0 }, 0, held.length, Infinity);
    expect([...tally.values.subarray(0, tally.size)]).toEqual([...new Set(held)]);
    for (let i = 0; i < tally.size; i += 1) expect(tally.counts[i]).toBe(wanted.get(tally.values[i]!));
  });

  it('are found by rank as in a sorted array', () => {
    const random = new Random(SEED);
    const sorted = new SortedValues();
    const wanted: number[] = [];
    for (let i = 0; i < 6000; i += 1) {
      if (wanted.length > 0 && random.chance(i < 3000 ? 0.2 : 0.7)) {
        const value = wanted.splice(random.below(wanted.length), 1)[0]!;
        sorted.remove(value);
      } else {
        const value = random.below(500) / 3;
        sorted.add(value);
        const place = wanted.findIndex(other => other >= value);
        wanted.splice(place < 0 ? wanted.length : place, 0, value);
      }
      if (i % 97 !== 0) continue;
      expect(
        Array.from({ length: sorted.size }, (_, rank) => sorted.at(rank)),
        `seed ${SEED}, ${i}`,
      ).toEqual(wanted);
    }
  });
});

describe('the key index', () => {
  it('finds what was inserted and not removed, through growth and snapshots', () => {
    const random = new Random(SEED);
    let index = new KeyIndex(2);
    const wanted = new Map<string, number>();
    const key = new Float64Array(2);
    for (let i = 0; i < 20_000; i += 1) {
      key[0] = random.below(60) * 2 ** 32;
      key[1] = random.below(60) - 30;
      const name = key.join();
      const slot = index.find(key);
      expect(slot, `seed ${SEED}, ${i}`).toBe(wanted.get(name) ?? NO_SLOT);
      if (slot === NO_SLOT) wanted.set(name, index.insert(key));
      else if (random.chance(0.5)) {
        index.remove(slot);
        wanted.delete(name);
      }
      if (i % 5000 !== 0) continue;
      index = throughCheckpoint(index, new KeyIndex(2));
    }
    expect(index.size).toBe(wanted.size);
  });
});

describe('the dictionary', () => {
  it('gives a code as long as someone holds it', () => {
    const dictionary = new Dictionary();
    const code = dictionary.encode('a');
    dictionary.acquire(code);
    dictionary.acquire(dictionary.encode('a'));
    dictionary.release(code);
    expect(dictionary.find('a')).toBe(code);
    dictionary.release(code);
    expect(dictionary.find('a')).toBe(NO_CODE);
    expect(dictionary.value(dictionary.encode(9007199254740993n))).toBe(9007199254740993n);
  });
});

describe('the memory of ids', () => {
  it('tells a repeat by the record of that id before it, as lag() does', () => {
    const random = new Random(SEED);
    let memory = new RepeatMemory(100);
    const last = new Map<string | number, number>();
    let now = 0;
    for (let i = 0; i < 20_000; i += 1) {
      now += random.below(8);
      const id = random.chance(0.5) ? random.below(60) : `id ${random.below(60)}`;
      expect(memory.seen(id, now), `seed ${SEED}, ${i}`).toBe(now - (last.get(id) ?? -Infinity) < 100);
      last.set(id, now);
      if (i % 3000 !== 0) continue;
      const writer = new SnapshotWriter();
      memory.saveHead(writer);
      const restored = new RepeatMemory(100);
      restored.restoreHead(new SnapshotReader(writer.take()));
      throughCheckpoint(new RepeatMemories([memory]), new RepeatMemories([restored]));
      memory = restored;
    }
  });
});

describe('steps', () => {
  it('count from 1970 toward minus infinity', () => {
    expect([0, 6, 7, -1, -7, -8].map(t => floorTo(t, 7))).toEqual([0, 0, 7, -7, -7, -14]);
    expect(Object.is(floorTo(-0, 7), 0)).toBe(true);
  });
});
