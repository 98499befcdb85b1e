// Read by the decoders where the byte scanner gives up: correct on all of JSON, and no digit is lost.

/** A number whose text has more digits than a double is sure to keep. */
export class WideNumber {
  constructor(readonly text: string) {}

  /** The nearest double. */
  get number(): number {
    return Number(this.text);
  }
}

/** A run of digits or decimal text long enough to lose something as a double; not inside a string. */
const LONG_NUMBER = /[\d.eE+-]{16,}/;

/** A whole number as parsed: safe, or a bigint beyond; null for anything else. Never −0. */
export function wholeOf(value: unknown): number | bigint | null {
  if (typeof value === 'bigint') return value;
  const number = value instanceof WideNumber ? value.number : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number + 0 : null;
}

/** No message is nested so deep, and what is deeper would be a matter of how much stack there is. */
const DEEPEST = 200;

const QUOTE = 34;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON.parse, but a whole number beyond ±(2^53 − 1) is a bigint and another number of more than 15 digits a
 * WideNumber. Bytes must be UTF-8.
 * @returns undefined where it is no JSON, or JSON of more than 200 levels
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes);
    if (isDeep(text)) return undefined;
    const value: unknown = JSON.parse(text);
    return LONG_NUMBER.test(text) ? parseLong(text) : value;
  } catch {
    return undefined;
  }
}

/** Whether objects and lists stand in each other more than {@link DEEPEST} levels deep, texts apart. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfText(text, at + 1);
    } else if (unit === OPEN_OBJECT || unit === OPEN_LIST) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_LIST) {
      depth -= 1;
    }
  }
  return false;
}

/** Where the quote stands that ends the text begun before `from`. */
function endOfText(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === BACKSLASH) at += 1;
    else if (unit === QUOTE) return at;
  }
  return text.length;
}

/** A mark that no text off the wire bears by accident: strings that begin with it get one more. */
const MARK = '\ue000';

/** JSON that is known to be well formed: long numbers are carried over as marked texts. */
function parseLong(text: string): unknown {
  const marked = withMarks(text);
  return JSON.parse(marked, (key: string, value: unknown) => {
    // A marked text may be a property's name as well; those the reviver cannot rename are renamed by its holder.
    if (typeof value === 'string' && value.startsWith(MARK)) {
      return value[1] === 'n' ? numberOf(value.slice(2)) : value.slice(2);
    }
    return isObject(value) && key !== undefined ? renamed(value) : value;
  });
}

/** Long numbers become marked texts, and texts that begin like one get a mark of their own. */
function withMarks(text: string): string {
  let marked = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      // An escape may write the mark itself.
      if (text.startsWith(MARK, at + 1) || text.startsWith('\\u', at + 1)) {
        marked += `${text.slice(from, at)}"${MARK}s`;
        from = at + 1;
      }
      at = endOfText(text, at + 1);
    } else if (isOfNumber(unit)) {
      const start = at;
      while (isOfNumber(text.charCodeAt(at + 1))) at += 1;
      if (at + 1 - start <= 15) continue;
      marked += `${text.slice(from, start)}"${MARK}n${text.slice(start, at + 1)}"`;
      from = at + 1;
    }
  }
  return marked + text.slice(from);
}

/** Outside of texts, and of true, false and null whose letters do no harm, these stand in numbers alone. */
function isOfNumber(unit: number): boolean {
  return (
    (unit >= 48 && unit <= 57) || unit === 45 || unit === 43 || unit === 46 || unit === 101 || unit === 69
  );
}

function numberOf(text: string): number | bigint | WideNumber {
  const number = Number(text);
  // More digits than any whole number that a column holds are not worth a bigint.
  if (/^-?\d{1,40}$/.test(text)) return Number.isSafeInteger(number) ? number : BigInt(text);
  return text.replace(/[eE].*$|[-.]/g, '').length > 15 ? new WideNumber(text) : number;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WideNumber)
  );
}

function renamed(value: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(value);
  if (!names.some(name => name.startsWith(MARK))) return value;
  return Object.fromEntries(names.map(name => [name.startsWith(MARK) ? name.slice(2) : name, value[name]]));
}
