// Hot path: Kafka's primitive types off a run of bytes, each read once and in order. int64 is a number: what is beyond
// 2^53 has lost its last digits, and is no safe integer.

/** Of the last of ten groups of seven bits. */
const MOST_SCALE = 2 ** 63;

export class ByteReader {
  readonly bytes: Buffer;
  /** The place of the next byte to be read. */
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** @throws RangeError as all here do, where the bytes end too soon */
  int8(): number {
    return this.bytes.readInt8(this.#pass(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#pass(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#pass(4));
  }

  int64(): number {
    const at = this.#pass(8);
    return this.bytes.readInt32BE(at) * 0x1_0000_0000 + this.bytes.readUInt32BE(at + 4);
  }

  bigint64(): bigint {
    return this.bytes.readBigInt64BE(this.#pass(8));
  }

  /** Of an int16's length; null is empty. */
  string(): string {
    const length = Math.max(0, this.int16());
    const at = this.#pass(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  /** Of an int32's length; null is empty. */
  array<T>(read: (reader: ByteReader) => T): T[] {
    const count = this.int32();
    const all: T[] = [];
    for (let i = 0; i < count; i += 1) all.push(read(this));
    return all;
  }

  /** So many bytes, not copied. */
  slice(length: number): Buffer {
    const at = this.#pass(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Signed, zigzag, seven bits a byte. */
  varint(): number {
    const { bytes } = this;
    let at = this.at;
    let byte = byteAt(bytes, at);
    let raw = byte & 127;
    let scale = 128;
    while (byte > 127) {
      at += 1;
      if (scale > MOST_SCALE) throw new RangeError(`a number has no end at ${at}`);
      byte = byteAt(bytes, at);
      raw += (byte & 127) * scale;
      scale *= 128;
    }
    this.at = at + 1;
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }

  /** Of a varint's length; null where that is −1. */
  varbytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.slice(length);
  }

  /** @returns where what has been passed begins */
  #pass(count: number): number {
    const { at } = this;
    const end = at + count;
    if (count < 0 || end > this.bytes.length) throw new RangeError(`the bytes end before ${end}`);
    this.at = end;
    return at;
  }
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError(`the bytes end before ${at + 1}`);
  return byte;
}
