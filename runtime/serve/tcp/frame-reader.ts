// Hot path: every frame that arrives is cut out and read here.
import { isUtf8 } from 'node:buffer';
import { HEAD_BYTES, LENGTH_BYTES, ProtocolError } from './protocol.ts';

const EMPTY = Buffer.alloc(0);
/** A frame that does not fit its chunk is gathered in a buffer of at least this size. */
const GATHERED = 4096;

/**
 * Cuts what a socket gives into frames, wherever it was split, and reads them. Memory grows with what has arrived,
 * not with what a length promises. Every read is bounded by its frame.
 */
export class FrameReader {
  #bytes: Buffer = EMPTY;
  #view: DataView = new DataView(EMPTY.buffer, 0, 0);
  /** Whether `bytes` is our own, and may be written behind `filled`. */
  #own = false;
  #filled = 0;
  /** Where the next frame begins. */
  #next = 0;
  #at = 0;
  #end = 0;
  /** The greatest length of a frame. */
  limit: number;
  request = 0;
  kind = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes a chunk, which from now on is the reader's. */
  push(chunk: Buffer): void {
    const left = this.#filled - this.#next;
    if (left === 0) {
      this.#use(chunk, false);
      this.#filled = chunk.length;
      this.#next = 0;
      return;
    }
    if (!this.#own || this.#bytes.length - this.#filled < chunk.length) {
      const gathered = Buffer.allocUnsafeSlow(Math.max(GATHERED, 2 * (left + chunk.length)));
      this.#bytes.copy(gathered, 0, this.#next, this.#filled);
      this.#use(gathered, true);
      this.#filled = left;
      this.#next = 0;
    }
    this.#bytes.set(chunk, this.#filled);
    this.#filled += chunk.length;
  }

  /** Goes to the next whole frame; false where there is none yet. @throws ProtocolError for a length that cannot be */
  next(): boolean {
    const start = this.#next;
    const left = this.#filled - start;
    if (left < LENGTH_BYTES) return false;
    const length = this.#view.getUint32(start, true);
    if (length < HEAD_BYTES) throw new ProtocolError(`a frame of ${length} bytes is none`);
    if (length > this.limit)
      throw new ProtocolError(`a frame of ${length} bytes is over the limit of ${this.limit}`);
    if (left < LENGTH_BYTES + length) return false;
    this.request = this.#view.getUint32(start + LENGTH_BYTES, true);
    this.kind = this.#bytes[start + LENGTH_BYTES + 4]!;
    this.#at = start + LENGTH_BYTES + HEAD_BYTES;
    this.#end = start + LENGTH_BYTES + length;
    this.#next = this.#end;
    return true;
  }

  /** Whether a whole frame, or a length that cannot be, waits behind the one in hand. */
  get hasMore(): boolean {
    const left = this.#filled - this.#next;
    if (left < LENGTH_BYTES) return false;
    const length = this.#view.getUint32(this.#next, true);
    return length < HEAD_BYTES || length > this.limit || left >= LENGTH_BYTES + length;
  }

  /** Whether a frame has begun to arrive and is not whole. */
  get isWithinFrame(): boolean {
    return this.#filled > this.#next && !this.hasMore;
  }

  /** Bytes of the frame in hand that have not been read. */
  get rest(): number {
    return this.#end - this.#at;
  }

  /** @throws ProtocolError where the frame in hand holds more than was read */
  finish(): void {
    if (this.#at !== this.#end)
      throw new ProtocolError(`a frame of kind ${this.kind} holds ${this.rest} bytes too many`);
  }

  byte(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new ProtocolError(`${byte} is no boolean`);
    return byte === 1;
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  bigint(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  /** A LEB128 length of up to 31 bits. */
  size(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#advance(1)]!;
      if (shift === 28 && byte > 7) break;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new ProtocolError('a length has more than 31 bits');
  }

  text(): string {
    const size = this.size();
    const start = this.#advance(size);
    const text = this.#bytes.toString('utf8', start, start + size);
    // What is not UTF-8 is read as U+FFFD, which may be another key.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, start + size)))
      throw new ProtocolError('a text is not UTF-8');
    return text;
  }

  /** Passes over a bitmap. @returns where it begins, for `bit` */
  bits(count: number): number {
    return this.#advance((count + 7) >> 3);
  }

  bit(start: number, bit: number): boolean {
    return (this.#bytes[start + (bit >> 3)]! & (1 << (bit & 7))) !== 0;
  }

  #advance(count: number): number {
    const at = this.#at;
    if (count > this.#end - at) throw new ProtocolError(`a frame of kind ${this.kind} ends too soon`);
    this.#at = at + count;
    return at;
  }

  #use(bytes: Buffer, own: boolean): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#own = own;
  }
}
