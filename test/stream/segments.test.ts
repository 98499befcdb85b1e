import { describe, expect, it } from 'vitest';
import { NumberColumn, Segments } from '../../runtime/abi.ts';
import { SnapshotReader, SnapshotWriter } from '../../runtime/state/bytes.ts';
import type { SegmentsPart } from '../../runtime/state/segments-part.ts';

function fresh() {
  const values = new NumberColumn();
  const rows = new Segments([values], { lanes: null, pins: [], observers: [], lifetime: false });
  const add = (slot: number, ...times: readonly number[]): void => {
    if (!rows.isOpen(slot)) rows.open(slot);
    for (const time of times) {
      const at = rows.place(slot, time, 0, 0);
      values.cells[at] = time * 10;
    }
  };
  /** Times and values of a slot's rows. */
  const rowsOf = (slot: number): readonly (readonly [number, number])[] | null => {
    if (!rows.isOpen(slot)) return null;
    const held: [number, number][] = [];
    for (let at = rows.base[slot]! + 1; at < rows.end[slot]!; at += 1)
      held.push([rows.time.cells[at]!, values.cells[at]!]);
    return held;
  };
  return { rows, add, rowsOf };
}

/** Takes all that is left of a part into fresh segments. */
function restored(part: SegmentsPart, budget = 1) {
  const into = fresh();
  for (let more = true; more;) {
    const writer = new SnapshotWriter();
    more = part.write(writer, budget);
    into.rows.restoreBlock(new SnapshotReader(writer.take()));
  }
  part.end();
  into.rows.restored();
  return into;
}

describe('segments in a checkpoint', () => {
  it('are as they were, whatever becomes of them', () => {
    const { rows, add } = fresh();
    for (const slot of [1, 2, 3, 4, 5]) add(slot, 10, 20, 30);
    const part = rows.beginCheckpoint();
    add(1, 40, 50, 60, 70, 80);
    add(2, 15, 25);
    rows.horizon = 20;
    rows.trim(3);
    rows.free(4);
    // Of a key that was not there, and of one that comes into a slot of another.
    add(6, 10);
    rows.free(5);
    add(5, 99);
    const { rowsOf } = restored(part);
    for (const slot of [1, 2, 3, 4, 5])
      expect(rowsOf(slot), `slot ${slot}`).toEqual([
        [10, 100],
        [20, 200],
        [30, 300],
      ]);
    expect(rowsOf(6)).toBeNull();
    expect(rows.rows).toBe(8 + 5 + 1 + 1 + 1);
  });

  it('may be written in many pieces, between which they change', () => {
    const { rows, add } = fresh();
    const times = Array.from({ length: 500 }, (_, i) => i * 10);
    add(1, ...times);
    add(2, ...times);
    const part = rows.beginCheckpoint();
    const into = fresh();
    let pieces = 0;
    for (let more = true; more; pieces += 1) {
      const writer = new SnapshotWriter();
      more = part.write(writer, 160);
      into.rows.restoreBlock(new SnapshotReader(writer.take()));
      // Late ones, ever earlier.
      for (const slot of [1, 2]) add(slot, 4985 - pieces * 43);
    }
    part.end();
    expect(pieces).toBeGreaterThan(20);
    for (const slot of [1, 2]) expect(into.rowsOf(slot)).toEqual(times.map(time => [time, time * 10]));
  });

  it('give back the room of what is gone', () => {
    const { rows, add } = fresh();
    for (let slot = 1; slot < 20_000; slot += 1) add(slot, 1, 2, 3);
    const { places, bytes } = rows;
    rows.horizon = 10;
    for (let slot = 1; slot < 20_000; slot += 1) if (rows.sweep(slot)) rows.free(slot);
    rows.shrink();
    expect(rows.places).toBeLessThan(places / 10);
    expect(rows.bytes).toBeLessThan(bytes / 100);
    add(7, 11, 12);
    expect(rows.rows).toBe(2);
  });
});

describe('segments that grow', () => {
  it('alike are laid out anew once or twice while they grow by half, and keep their rows', () => {
    const { rows, add, rowsOf } = fresh();
    const keys = 500;
    const sizes: number[] = [];
    let capacity = 0;
    for (let time = 1; time <= 400; time += 1) {
      for (let slot = 1; slot <= keys; slot += 1) {
        add(slot, time);
        if (rows.places === capacity) continue;
        capacity = rows.places;
        if (time > 100) sizes.push(time);
      }
    }
    // From 100 rows a key to 400: log(4) / log(1.5) is 3.4.
    expect(sizes.length).toBeLessThanOrEqual(8);
    expect(rows.places).toBeLessThan(2 * 400 * keys);
    for (const slot of [1, 77, keys])
      expect(rowsOf(slot)).toEqual(Array.from({ length: 400 }, (_, i) => [i + 1, (i + 1) * 10]));
  });

  it('give nothing to keys that stand still', () => {
    const { rows, add } = fresh();
    const still = 4000;
    for (let slot = 1; slot <= still; slot += 1) add(slot, 1, 2, 3);
    // One key grows, and all are laid out anew again and again.
    for (let time = 1; time <= 100_000; time += 1) add(still + 1, time);
    for (let slot = 1; slot <= still; slot += 1) expect(rows.sizeClass[slot]).toBe(0);
  });
});
