// As much of DER (X.690) as certificates are written in.

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

export const TRUE = tagged(0x01, Buffer.from([0xff]));

/** From 0 to 2^48 − 1. */
export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(7);
  bytes.writeUIntBE(value, 1, 6);
  // The shortest that is not negative.
  let start = 0;
  while (start < 6 && bytes[start] === 0 && bytes[start + 1]! < 0x80) start += 1;
  return tagged(0x02, bytes.subarray(start));
}

export function bits(content: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), content]));
}

export function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

/** @param id `2.5.4.3` */
export function object(id: string): Buffer {
  const [first, second, ...rest] = id.split('.').map(Number);
  return tagged(0x06, Buffer.from([first! * 40 + second!, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

export function utf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text));
}

/** Before the year 2050. */
export function utcTime(at: Date): Buffer {
  const text = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(text.slice(2)));
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

export function set(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

/** @param isMade whether it wraps a value, or stands for one */
export function context(number: number, content: Buffer, isMade = true): Buffer {
  return tagged((isMade ? 0xa0 : 0x80) | number, content);
}
