// Hot path of reading Parquet. The codecs of its pages: hyparquet brings Snappy, these are the others that are written
// today. Polars writes Zstandard unless told otherwise.
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import type { Compressors } from 'hyparquet';
import { decompressBlock as unlz4 } from 'lz4js';

export const compressors: Compressors = {
  GZIP: (page, length) => gunzipSync(page, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (page, length) => brotliDecompressSync(page, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (page, length) => unzstd(page, new Uint8Array(length)),
  LZ4_RAW: (page, length) => {
    const unpacked = new Uint8Array(length);
    return unpacked.subarray(0, unlz4(page, unpacked, 0, page.length, 0));
  },
  LZ4: () => refused('LZ4 with the blocks of Hadoop'),
  LZO: () => refused('LZO'),
};

function refused(codec: string): never {
  throw new Error(`${codec} is not read: write it with ZSTD, GZIP, SNAPPY, BROTLI or LZ4_RAW`);
}
