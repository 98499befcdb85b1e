// Hot path: flat, compact JSON of known keys straight from its bytes, without an object in between.
import { daysFromCivil, daysInMonth } from '../../kernels/civil.ts';
import { earliestInstant, latestInstant } from '../../kernels/instant-bounds.ts';
import { POWERS_OF_TEN } from '../../kernels/powers-of-ten.ts';

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const BACKSLASH = 92;
const SPACE = 32;
const OPEN = 123;
const CLOSE = 125;

/** What `nextKey` returns besides a key's place. */
export const END_OF_OBJECT = -1;
export const UNKNOWN_KEY = -2;
export const UNUSUAL = -3;

const CACHED_TEXTS = 8192;
const LONGEST_CACHED = 64;

/** The keys of one source, as bytes; the place after the last one found is tried first. */
export class KeyTable {
  /** Each as `,"name":`. */
  readonly keys: readonly Uint8Array[];
  expected = 0;

  constructor(names: readonly string[]) {
    this.keys = names.map(name => new TextEncoder().encode(`,${JSON.stringify(name)}:`));
  }
}

/** 1 for each byte that stands for itself in a text: printable ASCII but the quote and the backslash. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte < 127 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

type Slice = (this: Uint8Array, from: number, to: number) => string;
// Node reads Latin-1 out of any Uint8Array with it; ASCII is the part of Latin-1 that is UTF-8 as well.
const latin1Slice = (Buffer.prototype as unknown as { readonly latin1Slice: Slice }).latin1Slice;

/**
 * Reads one object key by key. It accepts less than JSON: whatever is unusual (escapes, non-ASCII text, nested
 * values, exponents, more than 15 digits, line breaks, a value that is no good) sets `failed`, and the caller
 * parses the record as JSON instead. So a wrong verdict cannot come from here, only a slow one.
 */
export class JsonScanner {
  failed = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  readonly #texts: string[] = new Array<string>(CACHED_TEXTS).fill('');
  /** The hash of the text last met at each place: a text is kept from the second time on. */
  readonly #met = new Int32Array(CACHED_TEXTS);
  #year = 0;
  #month = 0;
  #day = 0;
  #days = 0;

  /** @returns whether the bytes begin as an object */
  begin(bytes: Uint8Array): boolean {
    this.#bytes = bytes;
    this.#at = 1;
    this.failed = false;
    return bytes.length > 1 && bytes[0] === OPEN;
  }

  /** Reads up to the next value; all of the bytes must be read when the object ends. */
  nextKey(table: KeyTable): number {
    if (this.failed) return UNUSUAL;
    const place = table.expected;
    if (place < table.keys.length) {
      const bytes = this.#bytes;
      const key = table.keys[place]!;
      // The first key has no comma before it.
      const start = this.#at === 1 ? 1 : 0;
      const from = this.#at - start;
      let i = start;
      while (i < key.length && bytes[from + i] === key[i]) i += 1;
      if (i === key.length) {
        table.expected = place + 1;
        this.#at = bytes[from + i] === SPACE ? from + i + 1 : from + i;
        return place;
      }
    }
    return this.#searchKey(table);
  }

  /** Where the key is not the expected one: another, the end, or nothing known. */
  #searchKey(table: KeyTable): number {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] === CLOSE) {
      table.expected = 0;
      return at + 1 === bytes.length ? END_OF_OBJECT : UNUSUAL;
    }
    if (at > 1) {
      if (bytes[at] !== COMMA) return UNUSUAL;
      at += 1;
      if (bytes[at] === SPACE) at += 1;
    }
    if (bytes[at] !== QUOTE) return UNUSUAL;
    for (let place = 0; place < table.keys.length; place += 1) {
      const key = table.keys[place]!;
      let i = 1;
      while (i < key.length && bytes[at - 1 + i] === key[i]) i += 1;
      if (i < key.length) continue;
      at += i - 1;
      table.expected = place + 1;
      this.#at = bytes[at] === SPACE ? at + 1 : at;
      return place;
    }
    return this.#unknownKey(at + 1);
  }

  /** Passes over a value of no interest. */
  skip(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] === QUOTE) {
      at = this.#endOfText(at + 1);
      if (at < 0) return;
      this.#at = at + 1;
      return;
    }
    const start = at;
    if (this.null() || this.#word(116, 'true') || this.#word(102, 'false')) return;
    const value = this.double();
    if (value !== value || this.#at === start) this.failed = true;
  }

  /** Whether null stands here; it is passed over. */
  null(): boolean {
    return this.#word(110, 'null');
  }

  boolean(): boolean {
    if (this.#word(116, 'true')) return true;
    if (!this.#word(102, 'false')) this.failed = true;
    return false;
  }

  /** A whole number of at most 15 digits. */
  int(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const start = at;
    let value = 0;
    let byte = bytes[at]!;
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      byte = bytes[++at]!;
    }
    const digits = at - start;
    if (
      digits === 0 ||
      digits > 15 ||
      (digits > 1 && bytes[start] === ZERO) ||
      (byte !== COMMA && byte !== CLOSE)
    ) {
      this.failed = true;
    }
    this.#at = at;
    return negative ? 0 - value : value;
  }

  /** As `int`, or the same in quotes. */
  bigint(): bigint {
    if (this.#bytes[this.#at] !== QUOTE) {
      const whole = this.int();
      return this.failed ? 0n : BigInt(whole);
    }
    const text = this.text();
    if (!/^-?\d{1,18}$/.test(text)) {
      this.failed = true;
      return 0n;
    }
    return BigInt(text);
  }

  /** The nearest double of decimal(precision, scale), as a number or in quotes. */
  decimal(precision: number, scale: number): number {
    const bytes = this.#bytes;
    const quoted = bytes[this.#at] === QUOTE;
    if (quoted) this.#at += 1;
    const mantissa = this.#mantissa(quoted);
    if (this.#fraction > scale) {
      this.failed = true;
      return 0;
    }
    const scaled = mantissa * POWERS_OF_TEN[scale - this.#fraction]!;
    if (scaled >= POWERS_OF_TEN[precision]! || scaled <= -POWERS_OF_TEN[precision]!) this.failed = true;
    return scaled / POWERS_OF_TEN[scale]! + 0;
  }

  /** A double of at most 15 digits: mantissa and power of ten are exact, so the quotient is the nearest. */
  double(): number {
    return this.#mantissa(false) / POWERS_OF_TEN[this.#fraction]! + 0;
  }

  /** ASCII without escapes; a text met again and again is the same string. */
  text(): string {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    if (bytes[start - 1] !== QUOTE) {
      this.failed = true;
      return '';
    }
    const end = bytes.length;
    let hash = 0;
    let at = start;
    for (; at < end; at += 1) {
      const byte = bytes[at]!;
      if (PLAIN[byte] === 0) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (at === end || bytes[at] !== QUOTE) {
      this.failed = true;
      return '';
    }
    this.#at = at + 1;
    const length = at - start;
    if (length > LONGEST_CACHED) return latin1Slice.call(bytes, start, at);
    const place = (hash ^ (hash >>> 13)) & (CACHED_TEXTS - 1);
    if (this.#met[place] !== hash) {
      this.#met[place] = hash;
      return latin1Slice.call(bytes, start, at);
    }
    const known = this.#texts[place]!;
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i += 1;
      if (i === length) return known;
    }
    const text = latin1Slice.call(bytes, start, at);
    this.#texts[place] = text;
    return text;
  }

  /** µs of `YYYY-MM-DDThh:mm:ss[.ffffff]Z`, or of a whole number of `unit` µs. */
  instant(unit: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let instant: number;
    if (bytes[at] !== QUOTE) {
      instant = this.int() * unit;
    } else {
      const year = this.#two(at + 1) * 100 + this.#two(at + 3);
      const month = this.#two(at + 6);
      const day = this.#two(at + 9);
      const hour = this.#two(at + 12);
      const minute = this.#two(at + 15);
      const second = this.#two(at + 18);
      if (
        bytes[at + 5] !== MINUS ||
        bytes[at + 8] !== MINUS ||
        bytes[at + 11] !== 84 ||
        bytes[at + 14] !== COLON ||
        bytes[at + 17] !== COLON ||
        hour > 23 ||
        minute > 59 ||
        second > 59
      ) {
        this.failed = true;
        return 0;
      }
      at += 20;
      let fraction = 0;
      if (bytes[at] === POINT) {
        let place = 100_000;
        for (at += 1; bytes[at]! >= ZERO && bytes[at]! <= NINE; at += 1) {
          fraction += (bytes[at]! - ZERO) * place;
          place = Math.floor(place / 10);
        }
        // More than six digits may lie below the microsecond, none at all is no fraction.
        if (bytes[at - 1] === POINT || (place === 0 && bytes[at - 7] !== POINT)) this.failed = true;
      }
      if (bytes[at] !== 90 || bytes[at + 1] !== QUOTE) this.failed = true;
      this.#at = at + 2;
      if (year !== this.#year || month !== this.#month || day !== this.#day) this.#setDay(year, month, day);
      instant = (this.#days * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000 + fraction;
    }
    if (!(instant >= earliestInstant && instant < latestInstant)) this.failed = true;
    return instant;
  }

  #setDay(year: number, month: number, day: number): void {
    if (!(year >= 0) || !(month >= 1 && month <= 12) || !(day >= 1) || day > daysInMonth(year, month)) {
      this.failed = true;
      return;
    }
    this.#year = year;
    this.#month = month;
    this.#day = day;
    this.#days = daysFromCivil(year, month, day);
  }

  /** Two digits; else `failed` is set. Past the end 00 is read, but then what must follow fails. */
  #two(at: number): number {
    const tens = (this.#bytes[at]! - ZERO) >>> 0;
    const ones = (this.#bytes[at + 1]! - ZERO) >>> 0;
    if (tens > 9 || ones > 9) this.failed = true;
    return tens * 10 + ones;
  }

  #fraction = 0;

  /** Digits with at most one point inside, as a whole number; how many stood after the point is in `#fraction`. */
  #mantissa(quoted: boolean): number {
    const bytes = this.#bytes;
    let at = this.#at;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const start = at;
    let value = 0;
    let byte = bytes[at]!;
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      byte = bytes[++at]!;
    }
    let digits = at - start;
    if (digits === 0 || (digits > 1 && bytes[start] === ZERO)) this.failed = true;
    let fraction = 0;
    if (byte === POINT) {
      const point = at;
      byte = bytes[++at]!;
      while (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO);
        byte = bytes[++at]!;
      }
      fraction = at - point - 1;
      digits += fraction;
      if (fraction === 0) this.failed = true;
    }
    if (digits > 15) {
      this.failed = true;
      fraction = 0;
    }
    if (quoted) {
      if (byte !== QUOTE) this.failed = true;
      at += 1;
    } else if (byte !== COMMA && byte !== CLOSE) {
      this.failed = true;
    }
    this.#at = at;
    this.#fraction = fraction;
    return negative ? -value : value;
  }

  #word(first: number, word: string): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    if (bytes[at] !== first) return false;
    for (let i = 1; i < word.length; i += 1) {
      if (bytes[at + i] !== word.charCodeAt(i)) return false;
    }
    this.#at = at + word.length;
    return true;
  }

  #unknownKey(at: number): number {
    const end = this.#endOfText(at);
    if (end < 0 || this.#bytes[end + 1] !== COLON) return UNUSUAL;
    this.#at = this.#bytes[end + 2] === SPACE ? end + 3 : end + 2;
    return UNKNOWN_KEY;
  }

  /** Where the text that begins at `at` ends, or −1. */
  #endOfText(at: number): number {
    const bytes = this.#bytes;
    let end = at;
    while (end < bytes.length && PLAIN[bytes[end]!] === 1) end += 1;
    if (bytes[end] === QUOTE) return end;
    this.failed = true;
    return -1;
  }
}
