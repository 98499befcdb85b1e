// Written by hand for the shop's events: takes every key, its place and the spelling of each value on trust, and
// checks nothing. Other JSON than `shopLog` writes would be read as nonsense.
const slice = (
  Buffer.prototype as unknown as { latin1Slice: (this: Uint8Array, from: number, to: number) => string }
).latin1Slice;

const QUOTE = 34;
const ZERO = 48;
const LETTER_N = 110;
const LETTER_P = 112;

export class ShopScanner {
  /** The event last read. */
  readonly event = {
    event_id: 0,
    user_id: 0,
    session_id: '',
    category: null as string | null,
    isPurchase: false,
    cents: 0,
    time: 0,
  };
  #at = 0;
  #day = -1;
  #dayStart = 0;

  read(bytes: Uint8Array): void {
    const { event } = this;
    this.#at = '{"event_id":'.length;
    event.event_id = this.#digits(bytes);
    this.#at += ',"user_id":'.length;
    event.user_id = this.#digits(bytes);
    this.#at += ',"session_id":"'.length;
    event.session_id = this.#text(bytes);
    this.#at += ',"item_id":'.length;
    this.#digits(bytes);
    this.#at += ',"event_type":"'.length;
    event.isPurchase = bytes[this.#at] === LETTER_P;
    this.#skipText(bytes);
    this.#at += ',"category":'.length;
    if (bytes[this.#at] === LETTER_N) {
      event.category = null;
      this.#at += 4;
    } else {
      this.#at += 1;
      event.category = this.#text(bytes);
    }
    this.#at += ',"revenue":'.length;
    if (bytes[this.#at] === LETTER_N) {
      this.#at += 4;
      event.isPurchase = false;
    } else {
      this.#at += 1;
      const whole = this.#digits(bytes);
      this.#at += 1;
      event.cents = whole * 100 + this.#digits(bytes);
      this.#at += 1;
    }
    this.#at += ',"event_time":"'.length;
    event.time = this.#time(bytes, this.#at);
  }

  #digits(bytes: Uint8Array): number {
    let at = this.#at;
    let value = 0;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
      value = value * 10 + digit;
    this.#at = at;
    return value;
  }

  #text(bytes: Uint8Array): string {
    const start = this.#at;
    this.#skipText(bytes);
    return slice.call(bytes, start, this.#at - 1);
  }

  #skipText(bytes: Uint8Array): void {
    let at = this.#at;
    while (bytes[at] !== QUOTE) at += 1;
    this.#at = at + 1;
  }

  /** `2024-01-01T00:00:00.000000Z`; all days of a log lie close together. */
  #time(bytes: Uint8Array, at: number): number {
    const month = two(bytes, at + 5);
    const day = two(bytes, at + 8);
    const date = (two(bytes, at + 2) * 12 + month) * 31 + day;
    if (date !== this.#day) {
      this.#day = date;
      this.#dayStart = Date.UTC(2000 + two(bytes, at + 2), month - 1, day) * 1000;
    }
    const seconds = two(bytes, at + 11) * 3600 + two(bytes, at + 14) * 60 + two(bytes, at + 17);
    const micros = two(bytes, at + 20) * 10_000 + two(bytes, at + 22) * 100 + two(bytes, at + 24);
    return this.#dayStart + seconds * 1_000_000 + micros;
  }
}

function two(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - ZERO) * 10 + bytes[at + 1]! - ZERO;
}
