// Hot path. Bytes of PostgreSQL's binary COPY: every field is its length, then its value, in network order.
import { powerOfTen } from '../../kernels/powers-of-ten.ts';

const twoTo32 = 4_294_967_296;
/** PostgreSQL's instants count from 2000. */
const microsecondsTo2000 = 946_684_800_000_000;
/** Room for the row that fills a chunk, so that the chunk seldom has to grow for it. */
const headroom = 4_096;
const base = 10_000;

/** Writes fields one after the other, into chunks that are given away when they are full. */
export class CopyBuffer {
  #bytes: Buffer;
  #view: DataView;
  #at = 0;
  readonly #size: number;
  readonly #digits = new Int32Array(8);

  /** @param size of a chunk, in bytes; one row may be larger */
  constructor(size: number) {
    this.#size = size;
    this.#bytes = Buffer.allocUnsafeSlow(size + headroom);
    this.#view = viewOf(this.#bytes);
  }

  get length(): number {
    return this.#at;
  }

  get isFull(): boolean {
    return this.#at >= this.#size;
  }

  /** What has been written since the last call; it is the caller's. */
  take(): Uint8Array {
    const written = this.#bytes.subarray(0, this.#at);
    this.#bytes = Buffer.allocUnsafeSlow(this.#size + headroom);
    this.#view = viewOf(this.#bytes);
    this.#at = 0;
    return written;
  }

  null(): void {
    this.#room(4);
    this.#view.setInt32(this.#at, -1);
    this.#at += 4;
  }

  /** A bare int2: the number of fields of a row. */
  int2(value: number): void {
    this.#room(2);
    this.#view.setInt16(this.#at, value);
    this.#at += 2;
  }

  bytes(value: Uint8Array): void {
    this.#room(4 + value.length);
    this.#view.setInt32(this.#at, value.length);
    this.#bytes.set(value, this.#at + 4);
    this.#at += 4 + value.length;
  }

  int4(value: number): void {
    this.#room(8);
    this.#view.setInt32(this.#at, 4);
    this.#view.setInt32(this.#at + 4, value);
    this.#at += 8;
  }

  /** A safe integer. */
  int8(value: number): void {
    this.#room(12);
    this.#view.setInt32(this.#at, 8);
    this.#view.setInt32(this.#at + 4, Math.floor(value / twoTo32));
    this.#view.setUint32(this.#at + 8, value >>> 0);
    this.#at += 12;
  }

  bigint(value: bigint): void {
    this.#room(12);
    this.#view.setInt32(this.#at, 8);
    this.#view.setBigInt64(this.#at + 4, value);
    this.#at += 12;
  }

  /** µs since 1970; ±Infinity are instants too. */
  timestamp(us: number): void {
    if (us === Infinity) return this.bigint(0x7fff_ffff_ffff_ffffn);
    if (us === -Infinity) return this.bigint(-0x8000_0000_0000_0000n);
    // Sums of safe integers may be none: the high half takes the carry apart.
    const low = (us >>> 0) - (microsecondsTo2000 >>> 0);
    const high = Math.floor(us / twoTo32) - Math.floor(microsecondsTo2000 / twoTo32);
    this.#room(12);
    this.#view.setInt32(this.#at, 8);
    this.#view.setInt32(this.#at + 4, high + Math.floor(low / twoTo32));
    this.#view.setUint32(this.#at + 8, low >>> 0);
    this.#at += 12;
  }

  double(value: number): void {
    this.#room(12);
    this.#view.setInt32(this.#at, 8);
    this.#view.setFloat64(this.#at + 4, value);
    this.#at += 12;
  }

  boolean(value: boolean): void {
    this.#room(5);
    this.#view.setInt32(this.#at, 1);
    this.#view.setUint8(this.#at + 4, value ? 1 : 0);
    this.#at += 5;
  }

  text(value: string): void {
    const { length } = value;
    // A code unit is at most three bytes of UTF-8.
    this.#room(4 + 3 * length);
    const bytes = this.#bytes;
    const start = this.#at + 4;
    let written = 0;
    if (length <= 48) {
      for (; written < length; written += 1) {
        const unit = value.charCodeAt(written);
        if (unit > 127) break;
        bytes[start + written] = unit;
      }
    }
    if (written < length) written = bytes.write(value, start, 'utf8');
    this.#view.setInt32(this.#at, written);
    this.#at = start + written;
  }

  /** 36 characters. */
  uuid(value: string): void {
    this.#room(20);
    const bytes = this.#bytes;
    this.#view.setInt32(this.#at, 16);
    let to = this.#at + 4;
    for (let from = 0; from < 36; from += 2) {
      if (value.charCodeAt(from) === 45) from += 1;
      bytes[to] = (nibble(value.charCodeAt(from)) << 4) | nibble(value.charCodeAt(from + 1));
      to += 1;
    }
    this.#at = to;
  }

  /** A decimal as its scaled integer: groups of four digits, those of the fraction filled up with zeros. */
  decimal(scaled: number, scale: number): void {
    const digits = this.#digits;
    const magnitude = Math.abs(scaled);
    const unit = powerOfTen(scale);
    let whole = Math.floor(magnitude / unit);
    const fractionGroups = Math.ceil(scale / 4);
    let fraction = (magnitude - whole * unit) * powerOfTen(4 * fractionGroups - scale);
    let first = digits.length;
    for (let i = 0; i < fractionGroups; i += 1) {
      const rest = Math.floor(fraction / base);
      digits[(first -= 1)] = fraction - rest * base;
      fraction = rest;
    }
    while (whole > 0) {
      const rest = Math.floor(whole / base);
      digits[(first -= 1)] = whole - rest * base;
      whole = rest;
    }
    const count = digits.length - first;
    this.#numericHead(count, count - fractionGroups - 1, scaled < 0, scale);
    for (let i = first; i < digits.length; i += 1) this.int2(digits[i]!);
  }

  /** A whole number of any length as numeric. */
  numeric(value: bigint): void {
    const digits: number[] = [];
    for (let rest = value < 0n ? -value : value; rest > 0n; rest /= 10_000n)
      digits.push(Number(rest % 10_000n));
    this.#numericHead(digits.length, digits.length - 1, value < 0n, 0);
    for (let i = digits.length - 1; i >= 0; i -= 1) this.int2(digits[i]!);
  }

  #numericHead(count: number, weight: number, isNegative: boolean, scale: number): void {
    this.#room(12);
    this.#view.setInt32(this.#at, 8 + 2 * count);
    this.#view.setInt16(this.#at + 4, count);
    this.#view.setInt16(this.#at + 6, weight);
    this.#view.setInt16(this.#at + 8, isNegative ? 0x4000 : 0);
    this.#view.setInt16(this.#at + 10, scale);
    this.#at += 12;
  }

  /** An array of text without nulls. */
  textArray(values: readonly string[]): void {
    this.array(textType, values.length, at => this.text(values[at]!));
  }

  /**
   * An array without nulls.
   * @param type the oid of its elements' type
   * @param write one element as a field
   */
  array(type: number, length: number, write: (at: number) => void): void {
    this.#room(24);
    const start = this.#at;
    this.#view.setInt32(start + 4, length === 0 ? 0 : 1);
    this.#view.setInt32(start + 8, 0);
    this.#view.setInt32(start + 12, type);
    this.#at += 16;
    if (length > 0) {
      this.#view.setInt32(start + 16, length);
      this.#view.setInt32(start + 20, 1);
      this.#at += 8;
    }
    for (let at = 0; at < length; at += 1) write(at);
    this.#view.setInt32(start, this.#at - start - 4);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#at + bytes));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

/** The oid of PostgreSQL's `text`. */
const textType = 25;

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** The value of a hexadecimal digit, by its character code. */
const nibble = (unit: number): number => (unit <= 57 ? unit - 48 : (unit | 32) - 87);
