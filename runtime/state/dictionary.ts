// Hot path.
import { compareText } from '../../kernels/text.ts';
import type { Checkpointed, CheckpointPart } from '../engine/checkpoint-part.ts';
import type { SnapshotReader } from './bytes.ts';

export type DictionaryValue = string | bigint;

/** What stands for null in a column of codes. */
export const NO_CODE = -1;

/** How an entry's value is written. */
const LATIN = 0;
const WIDE = 1;
const BIGINT = 2;

/** Words of an entry before its text. */
const HEADER = 3;
const VACANT = -1;
const DECODED = 1024;

type Slice = (this: Uint8Array, from: number, to: number) => string;
// Node reads text out of any Uint8Array with them, without a view of the part.
const { latin1Slice, ucs2Slice } = Buffer.prototype as unknown as {
  readonly latin1Slice: Slice;
  readonly ucs2Slice: Slice;
};

/**
 * Texts and bigints as small integers, so that columns hold 4 bytes a value. A code lives as long as someone
 * holds it: `acquire` when a cell is written, `release` when it goes. Codes are given out again, so they say
 * nothing about order; two codes are equal where their values are.
 *
 * Values are no objects: each is an entry of one arena of words, and its code is where it begins.
 *
 * ```
 *   | holds | hash | length · 4 + form | text … |      a value
 *   | −1    | next | length · 4 + form | …      |      a vacant entry, in the list of its size
 * ```
 *
 * Text of Latin-1 has a byte a unit, other text has two, a bigint is its digits. Entries are found by open
 * addressing over codes; 0 is no code.
 *
 * From the begin of a checkpoint until it has written the arena no entry is vacated, so that what the codes of its rows
 * stand for is there. How often a code is held is no part of it: a restored state counts anew what its rows and keys
 * hold.
 */
export class Dictionary implements Checkpointed {
  #words = new Int32Array(1024);
  #bytes = new Uint8Array(this.#words.buffer);
  /** One past the last word in use. */
  #top = 1;
  #table = new Int32Array(256);
  #size = 0;
  /** The first vacant entry of each size in words. */
  readonly #vacant = new Map<number, number>();
  #vacantWords = 0;
  /** Values decoded lately, by code. */
  readonly #decoded = new Array<DictionaryValue>(DECODED).fill('');
  readonly #decodedCodes = new Int32Array(DECODED);
  /** The value in hand: its text as an entry has it, how many words that is, its hash and shape. */
  #text = new Int32Array(64);
  #length = 0;
  #hash = 0;
  #shape = 0;
  #isBeingWritten = false;
  /** Entries that no one held any more while the arena was written, some perhaps twice or held again. */
  readonly #unheld: number[] = [];

  get size(): number {
    return this.#size;
  }

  /** The code of a value, known or new. */
  encode(value: DictionaryValue): number {
    this.#take(value);
    const place = this.#find();
    const code = this.#table[place]!;
    return code === 0 ? this.#add(place) : code;
  }

  /** The code, or NO_CODE where no one holds the value. */
  find(value: DictionaryValue): number {
    this.#take(value);
    const code = this.#table[this.#find()]!;
    return code === 0 ? NO_CODE : code;
  }

  value(code: number): DictionaryValue {
    const place = decodedPlace(code);
    if (this.#decodedCodes[place] === code) return this.#decoded[place]!;
    const value = this.#decode(code);
    this.#decodedCodes[place] = code;
    this.#decoded[place] = value;
    return value;
  }

  /** Orders the values of two codes of one column: texts by code point, bigints numerically. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    const left = this.value(a);
    const right = this.value(b);
    if (typeof left === 'string') return compareText(left, right as string);
    return left < (right as bigint) ? -1 : 1;
  }

  acquire(code: number): void {
    if (code >= 0) this.#words[code]! += 1;
  }

  release(code: number): void {
    if (code < 0) return;
    const left = this.#words[code]! - 1;
    this.#words[code] = left;
    if (left > 0) return;
    if (this.#isBeingWritten) this.#unheld.push(code);
    else this.#drop(code);
  }

  /** Vacates up to `count` of the entries that a checkpoint has kept. */
  tidy(count: number): void {
    if (this.#isBeingWritten) return;
    for (let left = Math.min(count, this.#unheld.length); left > 0; left -= 1) {
      const code = this.#unheld.pop()!;
      if (this.#words[code] === 0) this.#drop(code);
    }
  }

  #drop(code: number): void {
    this.#unlink(code);
    this.#vacate(code);
    const place = decodedPlace(code);
    if (this.#decodedCodes[place] === code) this.#decodedCodes[place] = 0;
  }

  /** Lays the value's text out as an entry has it. */
  #take(value: DictionaryValue): void {
    if (typeof value !== 'string') {
      this.#takeText(value.toString(), BIGINT);
    } else if (!this.#takeText(value, LATIN)) {
      this.#takeWide(value);
    }
  }

  /** @returns false where the text is not of Latin-1 */
  #takeText(text: string, form: number): boolean {
    const units = text.length;
    const length = (units + 3) >>> 2;
    if (length > this.#text.length) this.#text = new Int32Array(length * 2);
    const words = this.#text;
    let all = 0;
    let hash = units ^ form;
    let i = 0;
    let at = 0;
    for (; i + 4 <= units; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      all |= a | b | c | d;
      const word = a | (b << 8) | (c << 16) | (d << 24);
      words[at++] = word;
      hash = mix(hash, word);
    }
    if (i < units) {
      let word = 0;
      for (let shift = 0; i < units; i += 1, shift += 8) {
        const unit = text.charCodeAt(i);
        all |= unit;
        word |= unit << shift;
      }
      words[at] = word;
      hash = mix(hash, word);
    }
    this.#length = length;
    this.#hash = finished(hash);
    this.#shape = units * 4 + form;
    return all < 256;
  }

  #takeWide(text: string): void {
    const units = text.length;
    const length = (units + 1) >>> 1;
    if (length > this.#text.length) this.#text = new Int32Array(length * 2);
    let hash = units ^ WIDE;
    for (let at = 0; at < length; at += 1) {
      // Past the end charCodeAt is NaN, and | makes 0 of it.
      const word = text.charCodeAt(2 * at) | (text.charCodeAt(2 * at + 1) << 16);
      this.#text[at] = word;
      hash = mix(hash, word);
    }
    this.#length = length;
    this.#hash = finished(hash);
    this.#shape = units * 4 + WIDE;
  }

  /** The place in the table of the value in hand, or of the gap where it belongs. */
  #find(): number {
    const table = this.#table;
    const words = this.#words;
    const mask = table.length - 1;
    const hash = this.#hash;
    const shape = this.#shape;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const code = table[place]!;
      if (code === 0) return place;
      if (words[code + 1] === hash && words[code + 2] === shape && this.#holdsText(code)) return place;
    }
  }

  #holdsText(code: number): boolean {
    const words = this.#words;
    const text = this.#text;
    const length = this.#length;
    for (let i = 0; i < length; i += 1) if (words[code + HEADER + i] !== text[i]) return false;
    return true;
  }

  #add(gap: number): number {
    const code = this.#allocate(HEADER + this.#length);
    const words = this.#words;
    words[code] = 0;
    words[code + 1] = this.#hash;
    words[code + 2] = this.#shape;
    for (let i = 0; i < this.#length; i += 1) words[code + HEADER + i] = this.#text[i]!;
    this.#table[gap] = code;
    this.#size += 1;
    if (this.#size * 8 > this.#table.length * 5) this.#rehash(this.#table.length * 2);
    return code;
  }

  #decode(code: number): DictionaryValue {
    const shape = this.#words[code + 2]!;
    const start = (code + HEADER) * 4;
    const length = shape >>> 2;
    if ((shape & 3) === WIDE) return ucs2Slice.call(this.#bytes, start, start + 2 * length);
    const text = latin1Slice.call(this.#bytes, start, start + length);
    return (shape & 3) === BIGINT ? BigInt(text) : text;
  }

  #allocate(size: number): number {
    const vacant = this.#vacant.get(size);
    if (vacant !== undefined) {
      const next = this.#words[vacant + 1]!;
      if (next === 0) this.#vacant.delete(size);
      else this.#vacant.set(size, next);
      this.#vacantWords -= size;
      return vacant;
    }
    const code = this.#top;
    this.#top += size;
    if (this.#top > this.#words.length) this.#growArena(this.#top);
    return code;
  }

  #growArena(needed: number): void {
    if (needed > 0x7fffffff) throw new RangeError('the texts of the state fill 8 GB, which is all there is');
    let length = this.#words.length;
    while (length < needed) length = Math.ceil(length * (length < 1 << 18 ? 2 : 1.2));
    const grown = new Int32Array(length);
    grown.set(this.#words);
    this.#words = grown;
    this.#bytes = new Uint8Array(grown.buffer);
  }

  #vacate(code: number): void {
    const size = sizeOf(this.#words[code + 2]!);
    this.#words[code] = VACANT;
    this.#words[code + 1] = this.#vacant.get(size) ?? 0;
    this.#vacant.set(size, code);
    this.#vacantWords += size;
  }

  #unlink(code: number): void {
    const table = this.#table;
    const words = this.#words;
    const mask = table.length - 1;
    let hole = words[code + 1]! & mask;
    while (table[hole] !== code) hole = (hole + 1) & mask;
    // Backward shift: whoever was pushed past the hole moves into it.
    for (let place = (hole + 1) & mask; table[place] !== 0; place = (place + 1) & mask) {
      const home = words[table[place]! + 1]! & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      table[hole] = table[place]!;
      hole = place;
    }
    table[hole] = 0;
    this.#size -= 1;
  }

  #rehash(length: number): void {
    this.#table = new Int32Array(length);
    const mask = length - 1;
    for (let code = 1; code < this.#top; code += sizeOf(this.#words[code + 2]!)) {
      if (this.#words[code] === VACANT) continue;
      let place = this.#words[code + 1]! & mask;
      while (this.#table[place] !== 0) place = (place + 1) & mask;
      this.#table[place] = code;
    }
  }

  /** Memory of what is held, in bytes; the few texts decoded lately apart. */
  get bytes(): number {
    return (this.#top - this.#vacantWords) * 4 + this.#size * 8 + this.#unheld.length * 8;
  }

  beginCheckpoint(): CheckpointPart {
    this.#isBeingWritten = true;
    const top = this.#top;
    let at = 1;
    return {
      aside: 0,
      flush: () => {},
      // New entries may come into vacant places while others are written: no row of the checkpoint holds them.
      write: (writer, budget) => {
        const to = Math.min(top, at + Math.max(1, budget >> 2));
        writer.number(top);
        writer.number(at);
        writer.number(to);
        writer.cells(this.#words, at, to);
        at = to;
        return at < top;
      },
      end: () => {
        this.#isBeingWritten = false;
      },
    };
  }

  restoreBlock(block: SnapshotReader): void {
    const top = block.number();
    if (top > this.#words.length) this.#growArena(top);
    this.#top = top;
    block.cells(this.#words, block.number(), block.number());
  }

  /** All entries are there, and no one holds any: now is the time for rows and keys to acquire theirs. */
  restored(): void {
    for (let code = 1; code < this.#top; code += sizeOf(this.#words[code + 2]!)) this.#words[code] = 0;
  }

  /** All that is held is acquired: the rest is vacated, and what is held can be found. */
  indexHeld(): void {
    for (let code = 1; code < this.#top; code += sizeOf(this.#words[code + 2]!)) {
      if (this.#words[code]! > 0) this.#size += 1;
      else this.#vacate(code);
    }
    let length = this.#table.length;
    while (this.#size * 8 > length * 5) length *= 2;
    this.#rehash(length);
  }
}

/** Words of an entry. */
function sizeOf(shape: number): number {
  const bytes = (shape & 3) === WIDE ? (shape >>> 2) * 2 : shape >>> 2;
  return HEADER + ((bytes + 3) >>> 2);
}

function mix(hash: number, word: number): number {
  return Math.imul((hash << 5) ^ (hash >>> 27) ^ word, 0x9e3779b1);
}

function finished(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return spread ^ (spread >>> 13);
}

function decodedPlace(code: number): number {
  return (code ^ (code >>> 10)) & (DECODED - 1);
}
