// Hot path: JSON as bytes, each written once and in its place. Strings that grow piece by piece took two and a half
// times as long, and left their pieces to the collector.
import type { Instant } from '../../../kernels/instant.ts';
import { INSTANT_BYTES, writeInstant } from './instant-bytes.ts';
import { NUMBER_BYTES, writeAscii, writeNumber } from './number-bytes.ts';

const INITIAL = 64 * 1024;
/** Memory that one large answer wanted is given back where it is more than this. */
const KEPT = 1024 * 1024;
/** Up to here a loop over the characters is quicker than a call out of JavaScript. */
const SHORT_TEXT = 48;

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const FIRST_PRINTED = 32;
const LAST_PRINTED = 126;

/** Text that is written often, as words of four bytes: a third of the stores that bytes take. */
export interface Literal {
  readonly words: Int32Array;
  /** Bytes. */
  readonly length: number;
}

export function literal(text: string): Literal {
  const bytes = Buffer.from(text, 'utf8');
  const words = new Int32Array((bytes.length + 3) >> 2);
  new Uint8Array(words.buffer).set(bytes);
  return { words, length: bytes.length };
}

const NULL = literal('null');
const TRUE = literal('true');
const FALSE = literal('false');

/** Writes one text after the other into memory that it keeps; what is taken out is a copy. */
export class JsonWriter {
  #bytes = Buffer.allocUnsafeSlow(INITIAL);
  #view = viewOf(this.#bytes);
  #at = 0;

  /** Begins a text; one that was left unfinished is forgotten. */
  begin(): void {
    this.#at = 0;
    if (this.#bytes.length > KEPT) this.#move(INITIAL);
  }

  /** The text since `begin`. */
  take(): Buffer {
    return Buffer.copyBytesFrom(this.#bytes, 0, this.#at);
  }

  literal({ words, length }: Literal): void {
    const { length: count } = words;
    this.#reserve(count * 4);
    const view = this.#view;
    const start = this.#at;
    for (let i = 0; i < count; i += 1) view.setInt32(start + i * 4, words[i]!, true);
    this.#at = start + length;
  }

  /** JSON that has been written before. */
  json(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  openList(): void {
    this.#byte(OPEN_LIST);
  }

  comma(): void {
    this.#byte(COMMA);
  }

  closeList(): void {
    this.#byte(CLOSE_LIST);
  }

  #byte(character: number): void {
    this.#reserve(1);
    this.#bytes[this.#at] = character;
    this.#at += 1;
  }

  null(): void {
    this.literal(NULL);
  }

  boolean(value: boolean): void {
    this.literal(value ? TRUE : FALSE);
  }

  /** JSON has no word for what is not finite; features are finite (rule 6), and should one not be, it is null. */
  number(value: number): void {
    if (value - value !== 0) return this.null();
    this.#reserve(NUMBER_BYTES);
    this.#at = writeNumber(this.#bytes, this.#at, value);
  }

  /** In quotes: many readers know no number of more digits than a double has. */
  bigint(value: bigint): void {
    const digits = `${value}`;
    this.#reserve(digits.length + 2);
    this.#byte(QUOTE);
    this.#at = writeAscii(this.#bytes, this.#at, digits);
    this.#byte(QUOTE);
  }

  instant(value: Instant): void {
    this.#reserve(INSTANT_BYTES + 2);
    this.#byte(QUOTE);
    this.#at = writeInstant(this.#bytes, this.#at, value);
    this.#byte(QUOTE);
  }

  text(value: string): void {
    const { length } = value;
    if (length > SHORT_TEXT) return this.#anyText(value);
    this.#reserve(SHORT_TEXT + 2);
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let i = 0; i < length; i += 1) {
      const unit = value.charCodeAt(i);
      if (unit > LAST_PRINTED || unit < FIRST_PRINTED || unit === QUOTE || unit === BACKSLASH)
        return this.#anyText(value);
      bytes[start + i] = unit;
    }
    bytes[start - 1] = QUOTE;
    bytes[start + length] = QUOTE;
    this.#at = start + length + 1;
  }

  #anyText(value: string): void {
    const json = JSON.stringify(value);
    // A unit of UTF-16 takes three bytes at most.
    this.#reserve(json.length * 3);
    this.#at += this.#bytes.write(json, this.#at, 'utf8');
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    let size = this.#bytes.length * 2;
    while (size < this.#at + count) size *= 2;
    this.#move(size);
  }

  #move(size: number): void {
    const bytes = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(bytes, 0, 0, this.#at);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
