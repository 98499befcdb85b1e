// Hot path.
// Text by code points, which is how PostgreSQL counts it. All of it takes storable text (see isStorableText):
// the decoders let no other in.

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * Whether PostgreSQL would give the text back as it is: no NUL, which it refuses, and no lone surrogate, which
 * becomes U+FFFD on its way into UTF-8.
 */
export function isStorableText(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0 || isLowSurrogate(unit)) return false;
    if (isHighSurrogate(unit)) {
      at += 1;
      if (at === text.length || !isLowSurrogate(text.charCodeAt(at))) return false;
    }
  }
  return true;
}

/** How many code points: `textLength('a😀')` is 2. */
export function textLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) if (isHighSurrogate(text.charCodeAt(at))) length -= 1;
  return length;
}

/**
 * `text.slice(start, end)`, counted in code points: negative positions count from the end, fractions are cut off,
 * NaN is 0.
 */
export function textSlice(text: string, start: number, end: number = Infinity): string {
  const length = textLength(text);
  const from = clampPosition(start, length);
  const to = clampPosition(end, length);
  if (length === text.length) return text.slice(from, to);
  return from >= to ? '' : text.slice(unitOfCodePoint(text, from), unitOfCodePoint(text, to));
}

function clampPosition(position: number, length: number): number {
  const whole = position !== position ? 0 : Math.trunc(position);
  return whole < 0 ? Math.max(length + whole, 0) : Math.min(whole, length);
}

function unitOfCodePoint(text: string, codePoints: number): number {
  let at = 0;
  for (let passed = 0; passed < codePoints; passed += 1) at += isHighSurrogate(text.charCodeAt(at)) ? 2 : 1;
  return at;
}

/** The text before the first `separator`; all of it where there is none. */
export function textBefore(text: string, separator: string): string {
  const at = text.indexOf(separator);
  return at < 0 ? text : text.slice(0, at);
}

/** The text after the first `separator`; `''` where there is none. */
export function textAfter(text: string, separator: string): string {
  const at = text.indexOf(separator);
  return at < 0 ? '' : text.slice(at + separator.length);
}

/** Every `from` replaced by `to`, both as they stand: no pattern, no `$&`. An empty `from` replaces nothing. */
export function textReplace(text: string, from: string, to: string): string {
  return from === '' ? text : text.replaceAll(from, () => to);
}

/** A–Z to a–z and nothing else: full case mapping differs between versions of Unicode. */
export function asciiLower(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, letters => letters.toLowerCase()) : text;
}

/** a–z to A–Z and nothing else. */
export function asciiUpper(text: string): string {
  return /[a-z]/.test(text) ? text.replace(/[a-z]+/g, letters => letters.toUpperCase()) : text;
}

/**
 * Order by code point, as PostgreSQL's collation "C": negative, 0 or positive. JavaScript's `<` compares UTF-16
 * units and puts U+FF01 after an emoji.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rankOfUnit(x) - rankOfUnit(y);
  }
  return a.length - b.length;
}

/** Moves the surrogates, which spell the code points from U+10000 on, behind U+FFFF. */
function rankOfUnit(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** Whether `a` comes before `b` by code point. */
export function textLess(a: string, b: string): boolean {
  return compareText(a, b) < 0;
}
