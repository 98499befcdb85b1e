// Hot path. The parts of a double, read from its bits; one scratch word for all, since nothing here awaits.

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which of the two words holds sign and exponent. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** Sign, exponent and the top 20 bits of the fraction, as an unsigned word. */
export function highWord(x: number): number {
  float[0] = x;
  return words[HIGH]!;
}

export function fromWords(high: number, low: number): number {
  words[HIGH] = high;
  words[LOW] = low;
  return float[0]!;
}

/** k of x = m·2^k, 1 ≤ m < 2, for a positive normal x. */
export function exponentOf(x: number): number {
  return (highWord(x) >>> 20) - 1023;
}

/** 2^k for −1022 ≤ k ≤ 1023, exact. */
export function powerOfTwo(k: number): number {
  return fromWords((k + 1023) << 20, 0);
}

/** y·2^k with one rounding, for 0.5 ≤ y < 4 and −1076 ≤ k ≤ 1024; the caller rules out overflow. */
export function scaleByPowerOfTwo(y: number, k: number): number {
  const half = Math.floor(k / 2);
  return y * powerOfTwo(half) * powerOfTwo(k - half);
}
