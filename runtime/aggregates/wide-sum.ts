// Hot path.
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Column } from '../state/column.ts';
import type { Relocation } from '../state/relocation.ts';
import type { Runs } from '../state/runs.ts';

const TWO_32 = 4294967296;

/**
 * Running sums of whole numbers of up to 160 bits, modulo 2^(32·words): for what does not fit a RunningSum by proof of
 * its type. As many words a row as the type needs, least significant first, two's complement. The value to add is put
 * into `value` first: by `integer` (|x| < 2^53), `square` (of such) or `fix62` (a double as a whole number of 2^-62).
 */
export class WideSum implements Column {
  cells: Uint32Array;
  readonly #value = new Float64Array(5);
  #zero = true;

  constructor(readonly words: 3 | 4 | 5) {
    this.cells = new Uint32Array(1024 * words);
  }

  none(): void {
    this.#value.fill(0);
    this.#zero = true;
  }

  integer(x: number): void {
    const upper = Math.floor(x / TWO_32);
    const value = this.#value;
    value[0] = x - upper * TWO_32;
    value[1] = upper >>> 0;
    const sign = x < 0 ? 0xffffffff : 0;
    value[2] = sign;
    value[3] = sign;
    value[4] = sign;
    this.#zero = x === 0;
  }

  /** x² of a whole |x| ≤ 2^53, by halves of 27 bits. */
  square(x: number): void {
    const size = Math.abs(x);
    const high = Math.floor(size / 134217728);
    const low = size - high * 134217728;
    // x² = high²·2^54 + 2·high·low·2^27 + low²; each product is below 2^55 and added as words.
    const value = this.#value;
    value.fill(0);
    addProduct(value, low, low, 0);
    addProduct(value, 2 * high, low, 27);
    addProduct(value, high, high, 54);
    this.#zero = x === 0;
  }

  /** trunc(x·2^62) of |x| ≤ 2^52. */
  fix62(x: number): void {
    const size = Math.abs(x);
    const whole = Math.floor(size);
    const fraction = size - whole;
    // 62 bits of fraction: 31 and 31.
    const upper = Math.floor(fraction * 2147483648);
    const lower = Math.floor((fraction * 2147483648 - upper) * 2147483648);
    const value = this.#value;
    const wholeHigh = Math.floor(whole / TWO_32);
    const wholeLow = whole - wholeHigh * TWO_32;
    // size = whole·2^62 + upper·2^31 + lower, laid out in words of 32 bits.
    value[0] = lower + (upper % 2) * 2147483648;
    value[1] = Math.floor(upper / 2) + (wholeLow % 4) * 1073741824;
    value[2] = Math.floor(wholeLow / 4) + (wholeHigh % 4) * 1073741824;
    value[3] = Math.floor(wholeHigh / 4);
    value[4] = 0;
    if (x < 0) negate(value);
    this.#zero = x === 0;
  }

  /** Writes the sum of a new row at `at`, and carries the value through the rows after it, up to `end`. */
  add(at: number, end: number): void {
    const { cells, words } = this;
    const value = this.#value;
    let carry = 0;
    for (let word = 0; word < words; word += 1) {
      const sum = cells[(at - 1) * words + word]! + value[word]! + carry;
      cells[at * words + word] = sum;
      carry = sum >= TWO_32 ? 1 : 0;
    }
    if (at + 1 < end) this.carry(at + 1, end);
  }

  carry(from: number, end: number): void {
    if (this.#zero) return;
    const { cells, words } = this;
    const value = this.#value;
    for (let row = from * words; row < end * words; row += words) {
      let carry = 0;
      for (let word = 0; word < words; word += 1) {
        const sum = cells[row + word]! + value[word]! + carry;
        cells[row + word] = sum;
        carry = sum >= TWO_32 ? 1 : 0;
      }
    }
  }

  /** The sum over (low, high]. */
  exact(low: number, high: number): bigint {
    const { cells, words } = this;
    let total = 0n;
    for (let word = words - 1; word >= 0; word -= 1) {
      total = total * 4294967296n + BigInt(cells[high * words + word]! - cells[low * words + word]!);
    }
    return BigInt.asIntN(32 * words, total);
  }

  /** The same, rounded once to the nearest double; without BigInt where the sum fits 64 bits. */
  between(low: number, high: number): number {
    const { cells, words } = this;
    let borrow = 0;
    let lower = 0;
    let upper = 0;
    for (let word = 0; word < words; word += 1) {
      const difference = cells[high * words + word]! - cells[low * words + word]! - borrow;
      borrow = difference < 0 ? 1 : 0;
      const wrapped = difference < 0 ? difference + TWO_32 : difference;
      if (word === 0) lower = wrapped;
      else if (word === 1) upper = wrapped | 0;
      else if (wrapped !== (upper < 0 ? 0xffffffff : 0)) return Number(this.exact(low, high));
    }
    return upper * TWO_32 + lower;
  }

  relocate(relocation: Relocation): void {
    this.cells = relocation.copy(this.cells, new Uint32Array(relocation.capacity * this.words), this.words);
  }

  move(from: number, to: number, length: number): void {
    const { cells, words } = this;
    cells.copyWithin(to * words, from * words, (from + length) * words);
  }

  clear(at: number): void {
    this.cells.fill(0, at * this.words, (at + 1) * this.words);
  }

  close(): void {}

  settle(): void {}

  release(): void {}

  get rowBytes(): number {
    return 4 * this.words;
  }

  pack(writer: SnapshotWriter, runs: Runs): void {
    writer.ints(this.cells, runs, this.words);
  }

  unpack(reader: SnapshotReader, runs: Runs): void {
    reader.ints(this.cells, runs, this.words);
  }

  hold(): void {}
}

/** Adds a·b·2^shift, a and b below 2^28. */
function addProduct(words: Float64Array, a: number, b: number, shift: number): void {
  // a in two halves of 14 bits: each partial product stays below 2^42, and below 2^53 when shifted within a word.
  const aHigh = Math.floor(a / 16384);
  addShifted(words, (a - aHigh * 16384) * b, shift);
  addShifted(words, aHigh * b, shift + 14);
}

/** Adds x·2^shift, x below 2^43, in parts of 20 bits: a part shifted within a word stays exact. */
function addShifted(words: Float64Array, x: number, shift: number): void {
  let rest = x;
  for (let at = shift; rest > 0; at += 20) {
    const above = Math.floor(rest / 1048576);
    addPart(words, rest - above * 1048576, at);
    rest = above;
  }
}

/** Adds x·2^shift, x below 2^20. */
function addPart(words: Float64Array, x: number, shift: number): void {
  let word = Math.floor(shift / 32);
  let carry = x * 2 ** (shift - word * 32);
  for (; carry !== 0 && word < 5; word += 1) {
    const sum = words[word]! + carry;
    const over = Math.floor(sum / TWO_32);
    words[word] = sum - over * TWO_32;
    carry = over;
  }
}

function negate(words: Float64Array): void {
  let carry = 1;
  for (let word = 0; word < 5; word += 1) {
    const sum = 0xffffffff - words[word]! + carry;
    carry = sum >= TWO_32 ? 1 : 0;
    words[word] = carry === 1 ? sum - TWO_32 : sum;
  }
}
