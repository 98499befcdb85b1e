// Hot path.
// Bob Jenkins' lookup3 as PostgreSQL's hash_bytes_extended runs it (src/common/hashfn.c) with seed 0, over the
// UTF-8 bytes of a text: the value of `hashtextextended(text, 0)`, which has been the same since PostgreSQL 11.
// Integers are hashed as their decimal text (hashint8extended folds them to 32 bits first).

const INITIAL = 0x9e3779b9 + 3923095;

let bytes = new Uint8Array(256);
const encoder = new TextEncoder();

/**
 * Writes the hash of a storable text to `out`: its high 32 bits at 0, its low 32 bits at 1.
 * Ids are ASCII as a rule, which is copied here; other text goes through the encoder.
 */
export function hashTextInto(text: string, out: Uint32Array): void {
  if (bytes.length < text.length * 3) bytes = new Uint8Array(text.length * 6);
  let length = text.length;
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 127) {
      length = encoder.encodeInto(text, bytes).written;
      break;
    }
    bytes[at] = unit;
  }
  hashBytes(bytes, length, out);
}

/** The same as one signed 64-bit number, as PostgreSQL shows it. */
export function hashTextExtended(text: string): bigint {
  const out = new Uint32Array(2);
  hashTextInto(text, out);
  return BigInt.asIntN(64, (BigInt(out[0]!) << 32n) | BigInt(out[1]!));
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

function hashBytes(k: Uint8Array, length: number, out: Uint32Array): void {
  let a = (INITIAL + length) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; length - at >= 12; at += 12) {
    a = (a + littleEndian(k, at, 4)) | 0;
    b = (b + littleEndian(k, at + 4, 4)) | 0;
    c = (c + littleEndian(k, at + 8, 4)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  const left = length - at;
  a = (a + littleEndian(k, at, Math.min(left, 4))) | 0;
  b = (b + littleEndian(k, at + 4, Math.min(left - 4, 4))) | 0;
  // The lowest byte of c is kept for the length, which went in at the start.
  c = (c + (littleEndian(k, at + 8, left - 8) << 8)) | 0;

  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  out[0] = b;
  out[1] = c;
}

/** Up to four bytes as a word; none for count ≤ 0. */
function littleEndian(k: Uint8Array, at: number, count: number): number {
  let word = 0;
  if (count > 0) word = k[at]!;
  if (count > 1) word |= k[at + 1]! << 8;
  if (count > 2) word |= k[at + 2]! << 16;
  if (count > 3) word |= k[at + 3]! << 24;
  return word;
}
