// Hot path where a topic is compressed: what producers make of a batch's records.
import { gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { decompress as unlz4 } from 'lz4js';
import { uncompress as unsnappyBlock } from 'snappyjs';

interface Codec {
  readonly name: string;
  readonly unpack: (bytes: Buffer) => Uint8Array;
}

/** By their numbers in a batch's attributes; 0 is none. */
const CODECS: readonly (Codec | null)[] = [
  null,
  { name: 'gzip', unpack: gunzipSync },
  { name: 'snappy', unpack: unsnappy },
  { name: 'lz4', unpack: unlz4 },
  { name: 'zstd', unpack: unzstd },
];

/** @throws RangeError for a codec that is not known, and for bytes that are not of it */
export function unpacked(codec: number, bytes: Buffer): Buffer {
  const found = CODECS[codec];
  if (found === null) return bytes;
  if (found === undefined) throw new RangeError(`it is compressed with codec ${codec}, which is not known`);
  try {
    const { buffer, byteOffset, byteLength } = found.unpack(bytes);
    return Buffer.from(buffer, byteOffset, byteLength);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new RangeError(`it says that it is compressed with ${found.name}, but is not: ${said}`, {
      cause: error,
    });
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
