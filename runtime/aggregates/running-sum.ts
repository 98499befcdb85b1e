// Hot path.
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Column } from '../state/column.ts';
import type { Relocation } from '../state/relocation.ts';
import type { Runs } from '../state/runs.ts';

const TWO_32 = 4294967296;

/**
 * Running sums of whole numbers, modulo 2^64 on purpose: a difference is exact as long as the window's own sum
 * fits 64 bits, which the generator proves from the column's type, however long the key lives. Two words of 32
 * bits instead of a BigInt: addition in the loop is then plain integer arithmetic.
 */
export class RunningSum implements Column {
  low = new Uint32Array(1024);
  high = new Int32Array(1024);

  /** As RunningCount.add; |value| < 2^53, whole. */
  add(at: number, end: number, value: number): void {
    const valueHigh = Math.floor(value / TWO_32);
    const sum = this.low[at - 1]! + (value - valueHigh * TWO_32);
    this.low[at] = sum;
    this.high[at] = this.high[at - 1]! + valueHigh + (sum >= TWO_32 ? 1 : 0);
    if (value !== 0 && at + 1 < end) this.carry(at + 1, end, value);
  }

  carry(from: number, end: number, value: number): void {
    const valueHigh = Math.floor(value / TWO_32);
    const valueLow = value - valueHigh * TWO_32;
    const { low, high } = this;
    for (let i = from; i < end; i += 1) {
      const sum = low[i]! + valueLow;
      low[i] = sum;
      high[i] = high[i]! + valueHigh + (sum >= TWO_32 ? 1 : 0);
    }
  }

  /** The sum over (low, high], rounded once to the nearest double. */
  between(low: number, high: number): number {
    const words = this.low[high]! - this.low[low]!;
    const upper = this.high[high]! - this.high[low]!;
    return words < 0 ? ((upper - 1) | 0) * TWO_32 + (words + TWO_32) : (upper | 0) * TWO_32 + words;
  }

  /** The same, exactly. */
  exact(low: number, high: number): bigint {
    const words = this.low[high]! - this.low[low]!;
    const upper = this.high[high]! - this.high[low]!;
    return BigInt.asIntN(64, BigInt(upper) * 4294967296n + BigInt(words));
  }

  relocate(relocation: Relocation): void {
    this.low = relocation.copy(this.low, new Uint32Array(relocation.capacity));
    this.high = relocation.copy(this.high, new Int32Array(relocation.capacity));
  }

  move(from: number, to: number, length: number): void {
    this.low.copyWithin(to, from, from + length);
    this.high.copyWithin(to, from, from + length);
  }

  clear(at: number): void {
    this.low[at] = 0;
    this.high[at] = 0;
  }

  close(): void {}

  settle(): void {}

  release(): void {}

  get rowBytes(): number {
    return 8;
  }

  pack(writer: SnapshotWriter, runs: Runs): void {
    writer.ints(this.low, runs);
    writer.ints(this.high, runs);
  }

  unpack(reader: SnapshotReader, runs: Runs): void {
    reader.ints(this.low, runs);
    reader.ints(this.high, runs);
  }

  hold(): void {}
}
