// Hot path: every answer of the server and every request of the client is written here.
import { HEAD_BYTES, LENGTH_BYTES } from './protocol.ts';

const INITIAL = 64 * 1024;
/** Up to here a loop over the characters is quicker than a call out of JavaScript. */
const SHORT_TEXT = 48;

/** Writes frames one behind the other into one buffer, so that one call hands all of them to the socket. */
export class FrameWriter {
  #bytes = Buffer.allocUnsafeSlow(INITIAL);
  #view = viewOf(this.#bytes);
  #at = 0;

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#at;
  }

  /** What has been written; `clear` or `renew` must follow. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Begins again in the same memory: what was written is on its way and not looked at any more. */
  clear(): void {
    this.#at = 0;
  }

  /** Begins again in memory of its own: what was written still belongs to somebody. */
  renew(): void {
    this.#bytes = Buffer.allocUnsafeSlow(INITIAL);
    this.#view = viewOf(this.#bytes);
    this.#at = 0;
  }

  /** @returns where the frame begins, for `end` and `drop` */
  begin(request: number, kind: number): number {
    const start = this.#at;
    this.#reserve(LENGTH_BYTES + HEAD_BYTES);
    this.#view.setUint32(start + LENGTH_BYTES, request, true);
    this.#bytes[start + LENGTH_BYTES + 4] = kind;
    this.#at = start + LENGTH_BYTES + HEAD_BYTES;
    return start;
  }

  end(start: number): void {
    this.#view.setUint32(start, this.#at - start - LENGTH_BYTES, true);
  }

  /** Takes back what has been written since `start`. */
  drop(start: number): void {
    this.#at = start;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** Sets a number that was left open. */
  setUint32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** @throws RangeError where it has more than 64 bits */
  bigint(value: bigint): void {
    if (value !== BigInt.asIntN(64, value)) throw new RangeError(`the bigint ${value} has more than 64 bits`);
    this.#reserve(8);
    this.#view.setBigInt64(this.#at, value, true);
    this.#at += 8;
  }

  size(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#at] = (rest & 127) | 128;
      this.#at += 1;
      rest >>>= 7;
    }
    this.#bytes[this.#at] = rest;
    this.#at += 1;
  }

  /** Its length in bytes, and UTF-8. */
  text(value: string): void {
    const { length } = value;
    if (length <= SHORT_TEXT) {
      this.#reserve(1 + length);
      const bytes = this.#bytes;
      const start = this.#at + 1;
      let i = 0;
      for (; i < length; i += 1) {
        const unit = value.charCodeAt(i);
        if (unit > 127) break;
        bytes[start + i] = unit;
      }
      if (i === length) {
        bytes[start - 1] = length;
        this.#at = start + length;
        return;
      }
    }
    const size = Buffer.byteLength(value, 'utf8');
    this.size(size);
    this.#reserve(size);
    this.#bytes.write(value, this.#at, size, 'utf8');
    this.#at += size;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Zeroed bytes, to be set by `setBit`. @returns where they begin */
  bits(count: number): number {
    const start = this.#at;
    const size = (count + 7) >> 3;
    this.#reserve(size);
    for (let i = 0; i < size; i += 1) this.#bytes[start + i] = 0;
    this.#at = start + size;
    return start;
  }

  setBit(start: number, bit: number): void {
    this.#bytes[start + (bit >> 3)]! |= 1 << (bit & 7);
  }

  #reserve(count: number): void {
    if (this.#at + count > this.#bytes.length) this.#grow(this.#at + count);
  }

  #grow(needed: number): void {
    let size = this.#bytes.length * 2;
    while (size < needed) size *= 2;
    const bytes = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(bytes, 0, 0, this.#at);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
