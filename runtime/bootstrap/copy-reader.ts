// Hot path of a bootstrap. Reads rows from the bytes of PostgreSQL's binary COPY: the other direction of CopyBuffer.
import { scaledToNumber } from '../../kernels/decimal.ts';
import { powerOfTen } from '../../kernels/powers-of-ten.ts';

/** Signature, flags and the length of an extension that is empty. */
const headerBytes = 19;
const twoTo32 = 4_294_967_296;
/** PostgreSQL's instants count from 2000. */
const microsecondsTo2000 = 946_684_800_000_000;
const highTo2000 = Math.floor(microsecondsTo2000 / twoTo32);
const lowTo2000 = microsecondsTo2000 % twoTo32;
const base = 10_000;
const bigBase = 10_000n;
const negative = 0x4000;

/**
 * The rows of a COPY, chunk by chunk: after `next` has said that there is a row, its fields are read in their order,
 * each once. A null is told by `isNull`, which passes over it.
 */
export class CopyReader {
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the row in hand, or the next one, begins; then where its next field does. */
  #at = 0;
  #isBegun = false;

  /** Takes further bytes; those of rows that have been read are let go. */
  push(chunk: Buffer): void {
    this.#bytes =
      this.#at === this.#bytes.length ? chunk : Buffer.concat([this.#bytes.subarray(this.#at), chunk]);
    this.#at = 0;
    if (this.#isBegun || this.#bytes.length < headerBytes) return;
    this.#isBegun = true;
    this.#at = headerBytes;
  }

  /** @returns whether a whole row is at hand; of one that is not, and of the end, nothing is read */
  next(): boolean {
    const bytes = this.#bytes;
    const { length } = bytes;
    if (!this.#isBegun || this.#at + 2 > length) return false;
    const fields = bytes.readInt16BE(this.#at);
    if (fields < 0) return false;
    let end = this.#at + 2;
    for (let field = 0; field < fields; field += 1) {
      if (end + 4 > length) return false;
      const size = bytes.readInt32BE(end);
      end += size < 0 ? 4 : 4 + size;
    }
    if (end > length) return false;
    this.#at += 2;
    return true;
  }

  isNull(): boolean {
    if (this.#bytes.readInt32BE(this.#at) >= 0) return false;
    this.#at += 4;
    return true;
  }

  int4(): number {
    const value = this.#bytes.readInt32BE(this.#at + 4);
    this.#at += 8;
    return value;
  }

  /** Of a safe integer. */
  int8(): number {
    const value = this.#bytes.readInt32BE(this.#at + 4) * twoTo32 + this.#bytes.readUInt32BE(this.#at + 8);
    this.#at += 12;
    return value;
  }

  bigint(): bigint {
    const value = this.#bytes.readBigInt64BE(this.#at + 4);
    this.#at += 12;
    return value;
  }

  /** µs since 1970, of the years that a safe integer counts. */
  timestamp(): number {
    // Counted from 2000, the first of them are no safe integers: halves are added apart.
    const high = this.#bytes.readInt32BE(this.#at + 4) + highTo2000;
    const low = this.#bytes.readUInt32BE(this.#at + 8) + lowTo2000;
    this.#at += 12;
    return high * twoTo32 + low;
  }

  double(): number {
    const value = this.#bytes.readDoubleBE(this.#at + 4);
    this.#at += 12;
    return value;
  }

  boolean(): boolean {
    const value = this.#bytes[this.#at + 4] === 1;
    this.#at += 5;
    return value;
  }

  text(): string {
    const start = this.#at + 4;
    this.#at = start + this.#bytes.readInt32BE(this.#at);
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** In lower case. */
  uuid(): string {
    const start = this.#at + 4;
    this.#at = start + 16;
    const hex = this.#bytes.toString('hex', start, this.#at);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** The nearest double of a numeric of at most 15 digits. */
  decimal(scale: number): number {
    const bytes = this.#bytes;
    const digits = bytes.readInt16BE(this.#at + 4);
    const weight = bytes.readInt16BE(this.#at + 6);
    const isNegative = bytes.readInt16BE(this.#at + 8) === negative;
    let at = this.#at + 12;
    this.#at += 4 + bytes.readInt32BE(this.#at);
    const fractionGroups = Math.ceil(scale / 4);
    let whole = 0;
    let fraction = 0;
    // Groups of zeros at either end are not written.
    for (let place = weight; place >= -fractionGroups; place -= 1) {
      const isWritten = weight - place < digits;
      const digit = isWritten ? bytes.readInt16BE(at) : 0;
      at += 2;
      if (place >= 0) whole = whole * base + digit;
      else fraction += digit * powerOfTen(4 * (fractionGroups + place));
    }
    const scaled = whole * powerOfTen(scale) + fraction / powerOfTen(4 * fractionGroups - scale);
    return scaledToNumber(isNegative ? -scaled : scaled, scale) + 0;
  }

  /** A whole numeric of any length. */
  numeric(): bigint {
    const bytes = this.#bytes;
    const digits = bytes.readInt16BE(this.#at + 4);
    const weight = bytes.readInt16BE(this.#at + 6);
    const isNegative = bytes.readInt16BE(this.#at + 8) === negative;
    const start = this.#at + 12;
    this.#at += 4 + bytes.readInt32BE(this.#at);
    let value = 0n;
    for (let index = 0; index <= weight; index += 1)
      value = value * bigBase + BigInt(index < digits ? bytes.readInt16BE(start + 2 * index) : 0);
    return isNegative ? -value : value;
  }

  /** An array of text without nulls, of one dimension or empty. */
  textArray(): string[] {
    const end = this.#at + 4 + this.#bytes.readInt32BE(this.#at);
    const isEmpty = this.#bytes.readInt32BE(this.#at + 4) === 0;
    const values: string[] = [];
    if (!isEmpty) {
      const count = this.#bytes.readInt32BE(this.#at + 16);
      this.#at += 24;
      for (let index = 0; index < count; index += 1) values.push(this.text());
    }
    this.#at = end;
    return values;
  }
}
