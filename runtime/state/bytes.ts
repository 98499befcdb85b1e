// Control path: checkpoints. A tagless binary form: writer and reader must ask in the same order. Cells are laid out as
// the machine has them, so that they move as they are; `ORDER_MARK` tells a reader of another byte order.
import type { Runs } from './runs.ts';

const INITIAL = 1 << 12;

/** A run longer than this is moved at once: for a shorter one the call costs more than the loop. */
const SHORT = 64;

/** Any typed array a state is held in. */
export type Cells = Float64Array | Int32Array | Uint32Array | Int8Array | Uint8Array;

/** Reads the same on machines of one byte order only. */
export const ORDER_MARK = 0x01020304;

// Node writes and reads text in any Uint8Array with them, without a view of the part.
const { latin1Write, ucs2Write, latin1Slice, ucs2Slice } = Buffer.prototype as unknown as {
  readonly latin1Write: (this: Uint8Array, text: string, at: number, length: number) => number;
  readonly ucs2Write: (this: Uint8Array, text: string, at: number, length: number) => number;
  readonly latin1Slice: (this: Uint8Array, from: number, to: number) => string;
  readonly ucs2Slice: (this: Uint8Array, from: number, to: number) => string;
};

const LATIN = /^[\x00-\xff]*$/;

/** Writes numbers, texts and cells. What is packed begins at a multiple of 8 bytes. */
export class SnapshotWriter {
  #bytes = new Uint8Array(INITIAL);
  #ints = new Int32Array(this.#bytes.buffer);
  #doubles = new Float64Array(this.#bytes.buffer);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  number(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Any string at all, lone surrogates too: it comes back as it was. */
  text(value: string): void {
    const wide = !LATIN.test(value);
    const size = wide ? value.length * 2 : value.length;
    this.number(value.length * 2 + (wide ? 1 : 0));
    this.#reserve(size);
    (wide ? ucs2Write : latin1Write).call(this.#bytes, value, this.#length, size);
    this.#length += size;
  }

  /** Any inner value: number, bigint, text, boolean, null, or a list of those. */
  value(value: unknown): void {
    if (value === null) return this.number(0);
    if (typeof value === 'number') return (this.number(1), this.number(value));
    if (typeof value === 'string') return (this.number(2), this.text(value));
    if (typeof value === 'boolean') return this.number(value ? 3 : 4);
    if (typeof value === 'bigint') return (this.number(5), this.text(value.toString()));
    if (!Array.isArray(value)) throw new TypeError(`a checkpoint cannot hold ${typeof value}`);
    this.number(6);
    this.number(value.length);
    for (const element of value) this.value(element);
  }

  cells(cells: Cells, from: number, to: number): void {
    const part = new Uint8Array(
      cells.buffer,
      cells.byteOffset + from * cells.BYTES_PER_ELEMENT,
      (to - from) * cells.BYTES_PER_ELEMENT,
    );
    this.align();
    this.#reserve(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  /** The cells of all runs, side by side. */
  doubles(cells: Float64Array, runs: Runs): void {
    this.align();
    this.#reserve(runs.rows * 8);
    const target = this.#doubles;
    let to = this.#length / 8;
    for (let run = 0; run < runs.count; run += 1) {
      const from = runs.from[run]!;
      const length = runs.length[run]!;
      if (length > SHORT) target.set(cells.subarray(from, from + length), to);
      else for (let i = 0; i < length; i += 1) target[to + i] = cells[from + i]!;
      to += length;
    }
    this.#length = to * 8;
  }

  /** As `doubles`; `width` cells a row. */
  ints(cells: Int32Array | Uint32Array, runs: Runs, width = 1): void {
    this.align();
    this.#reserve(runs.rows * width * 4);
    const target = this.#ints;
    let to = this.#length / 4;
    for (let run = 0; run < runs.count; run += 1) {
      const from = runs.from[run]! * width;
      const length = runs.length[run]! * width;
      if (length > SHORT) target.set(cells.subarray(from, from + length), to);
      else for (let i = 0; i < length; i += 1) target[to + i] = cells[from + i]!;
      to += length;
    }
    this.#length = to * 4;
  }

  flags(cells: Int8Array, runs: Runs): void {
    this.align();
    this.#reserve(runs.rows);
    const target = this.#bytes;
    let to = this.#length;
    for (let run = 0; run < runs.count; run += 1) {
      const from = runs.from[run]!;
      const length = runs.length[run]!;
      if (length > SHORT) target.set(cells.subarray(from, from + length), to);
      else for (let i = 0; i < length; i += 1) target[to + i] = cells[from + i]!;
      to += length;
    }
    this.#length = to;
  }

  /** Goes on at a multiple of 8 bytes. */
  align(): void {
    const to = (this.#length + 7) & ~7;
    this.#reserve(to - this.#length);
    this.#bytes.fill(0, this.#length, to);
    this.#length = to;
  }

  /** Leaves 8 bytes for a number that is known later. @returns where */
  hold(): number {
    this.number(0);
    return this.#length - 8;
  }

  /** Writes a number where `hold` left room. */
  set(at: number, value: number): void {
    this.#view.setFloat64(at, value, true);
  }

  /** Gives all that was written to another writer, aligned. */
  drainTo(writer: SnapshotWriter): void {
    if (this.#length === 0) return;
    this.align();
    writer.cells(this.#bytes, 0, this.#length);
    this.#length = 0;
    // What has once been set aside in a hurry is not kept for good.
    if (this.#bytes.length > 1 << 20) this.#resize(INITIAL);
  }

  /** All that was written; it stands until something else is. The writer is empty then. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more > this.#bytes.length)
      this.#resize(Math.max(this.#bytes.length * 2, (this.#length + more + 7) & ~7));
  }

  #resize(length: number): void {
    const resized = new Uint8Array(length);
    resized.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = resized;
    this.#ints = new Int32Array(resized.buffer);
    this.#doubles = new Float64Array(resized.buffer);
    this.#view = new DataView(resized.buffer);
  }
}

export class SnapshotReader {
  readonly #bytes: Uint8Array;
  readonly #ints: Int32Array;
  readonly #doubles: Float64Array;
  readonly #view: DataView;
  #at = 0;
  #limit: number;

  constructor(bytes: Uint8Array) {
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    this.#bytes = aligned;
    this.#ints = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
    this.#doubles = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.length >> 3);
    this.#view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
    this.#limit = aligned.length;
  }

  /** From here on nothing beyond `length` bytes is read. @throws RangeError where there are fewer */
  open(length: number): void {
    const limit = this.#at + length;
    if (!(length >= 0 && limit <= this.#bytes.length)) throw cut();
    this.#limit = limit;
  }

  /** The end of what `open` began. @throws RangeError where something is left */
  close(): void {
    if (!this.done)
      throw new RangeError(`the checkpoint is damaged: ${this.#limit - this.#at} bytes too many`);
    this.#at = this.#limit;
    this.#limit = this.#bytes.length;
  }

  /** Whether all is read, but for what pads it to a multiple of 8 bytes. */
  get done(): boolean {
    return this.#limit - this.#at < 8;
  }

  /** @throws RangeError past the end: the checkpoint was cut */
  number(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  text(): string {
    const form = this.number();
    const length = Math.floor(form / 2);
    const wide = form % 2 === 1;
    const size = wide ? length * 2 : length;
    this.#need(size);
    const text = (wide ? ucs2Slice : latin1Slice).call(this.#bytes, this.#at, this.#at + size);
    this.#at += size;
    return text;
  }

  value(): unknown {
    const kind = this.number();
    if (kind === 0) return null;
    if (kind === 1) return this.number();
    if (kind === 2) return this.text();
    if (kind === 3 || kind === 4) return kind === 3;
    if (kind === 5) return BigInt(this.text());
    if (kind !== 6) throw new RangeError(`the checkpoint is damaged at byte ${this.#at}`);
    return Array.from({ length: this.number() }, () => this.value());
  }

  cells(cells: Cells, from: number, to: number): void {
    const length = (to - from) * cells.BYTES_PER_ELEMENT;
    this.align();
    this.#need(length);
    // Typed arrays drop writes past their end without a word.
    if (to > cells.length) throw new RangeError('the checkpoint holds more cells than there is room for');
    new Uint8Array(cells.buffer, cells.byteOffset + from * cells.BYTES_PER_ELEMENT, length).set(
      this.#bytes.subarray(this.#at, this.#at + length),
    );
    this.#at += length;
  }

  /** Spreads cells that lie side by side over the runs, which must have room in `cells`. */
  doubles(cells: Float64Array, runs: Runs): void {
    this.align();
    this.#need(runs.rows * 8);
    const source = this.#doubles;
    let at = this.#at / 8;
    for (let run = 0; run < runs.count; run += 1) {
      const to = runs.from[run]!;
      const length = runs.length[run]!;
      if (length > SHORT) cells.set(source.subarray(at, at + length), to);
      else for (let i = 0; i < length; i += 1) cells[to + i] = source[at + i]!;
      at += length;
    }
    this.#at = at * 8;
  }

  ints(cells: Int32Array | Uint32Array, runs: Runs, width = 1): void {
    this.align();
    this.#need(runs.rows * width * 4);
    const source = this.#ints;
    let at = this.#at / 4;
    for (let run = 0; run < runs.count; run += 1) {
      const to = runs.from[run]! * width;
      const length = runs.length[run]! * width;
      if (length > SHORT) cells.set(source.subarray(at, at + length), to);
      else for (let i = 0; i < length; i += 1) cells[to + i] = source[at + i]!;
      at += length;
    }
    this.#at = at * 4;
  }

  flags(cells: Int8Array, runs: Runs): void {
    this.align();
    this.#need(runs.rows);
    const source = this.#bytes;
    let at = this.#at;
    for (let run = 0; run < runs.count; run += 1) {
      const to = runs.from[run]!;
      const length = runs.length[run]!;
      for (let i = 0; i < length; i += 1) cells[to + i] = source[at + i]!;
      at += length;
    }
    this.#at = at;
  }

  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }

  #need(bytes: number): void {
    if (!(bytes >= 0 && this.#at + bytes <= this.#limit)) throw cut();
  }
}

function cut(): RangeError {
  return new RangeError('the checkpoint was cut');
}
