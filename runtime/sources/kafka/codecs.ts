// Hot path where a topic is compressed. Reading only: kafkajs brings gzip, these are the others.
import { decompress as unzstd } from 'fzstd';
import kafkajs, { CompressionTypes } from 'kafkajs';
import { decompress as unlz4 } from 'lz4js';
import { uncompress as unsnappyBlock } from 'snappyjs';
import { SourceError } from '../source.ts';

const codecs: readonly [CompressionTypes, string, (bytes: Buffer) => Uint8Array][] = [
  [CompressionTypes.Snappy, 'snappy', unsnappy],
  [CompressionTypes.LZ4, 'lz4', bytes => unlz4(bytes)],
  [CompressionTypes.ZSTD, 'zstd', bytes => unzstd(bytes)],
];

interface Codec {
  compress(encoder: unknown): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** kafkajs leaves out of its types that a producer's codec 0 has no entry here. */
const registry: Partial<Record<CompressionTypes, () => Codec>> = kafkajs.CompressionCodecs;

/** Lets kafkajs, in this process, read what producers compress with any of Kafka's codecs. */
export function registerCodecs(): void {
  for (const [type, name, unpack] of codecs) {
    registry[type] = () => ({
      compress: () => Promise.reject(new Error(`${name} is for reading only`)),
      decompress: bytes => decompress(name, unpack, bytes),
    });
  }
}

async function decompress(
  name: string,
  unpack: (bytes: Buffer) => Uint8Array,
  bytes: Buffer,
): Promise<Buffer> {
  try {
    const { buffer, byteOffset, byteLength } = unpack(bytes);
    return Buffer.from(buffer, byteOffset, byteLength);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new SourceError(
      `a batch says that it is compressed with ${name}, but cannot be unpacked: ${said}`,
      {
        cause: error,
      },
    );
  }
}

/** Java producers put Snappy in a frame of their own: this header, two versions, then blocks with their lengths. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = 16;

function unsnappy(bytes: Buffer): Uint8Array {
  if (bytes.length < XERIAL_HEADER || bytes.compare(XERIAL, 0, XERIAL.length, 0, XERIAL.length) !== 0) {
    return unsnappyBlock(bytes);
  }
  const blocks: Uint8Array[] = [];
  for (let at = XERIAL_HEADER; at < bytes.length;) {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) throw new RangeError('the last block is cut off');
    blocks.push(unsnappyBlock(bytes.subarray(start, at)));
  }
  return Buffer.concat(blocks);
}
