// Control path: how a checkpoint lies in a file.
import { crc32 } from 'node:zlib';
import { SNAPSHOT_FORMAT } from '../engine/engine-checkpoint.ts';
import { ABI_VERSION } from '../engine/program.ts';
import type { FrontierEntry } from '../engine/record.ts';
import { DamagedFile } from './errors.ts';

/*
 * ```
 *   magic, format, length and CRC of the header, CRC of these       24 bytes, the same in every format
 *   header                                                          JSON
 *   length, CRC | piece                                             for each piece
 *   END, CRC, pieces, bytes of all pieces                           24 bytes, and nothing after them
 * ```
 *
 * Numbers are little-endian. A piece's CRC begins with its length and place, so that no piece can stand for another.
 */

const MAGIC = Buffer.from('skwlsckp', 'latin1');
const FORMAT = 1;
const END = 0xffffffff;
export const PREAMBLE_BYTES = 24;
export const FRAME_BYTES = 8;
export const FOOTER_BYTES = 24;
/** No header is that long: what says so is damaged. */
const LONGEST_HEADER = 1 << 26;

/** What a checkpoint says of itself. */
export interface Header {
  readonly format: number;
  readonly snapshot: number;
  readonly abi: number;
  /** The program's. */
  readonly fingerprint: string;
  /** When it was begun, µs. */
  readonly createdAt: number;
  /** µs; null before the first tick. */
  readonly clock: number | null;
  readonly frontier: readonly FrontierEntry[];
}

/** What this runtime writes and reads. */
export const versions = { format: FORMAT, snapshot: SNAPSHOT_FORMAT, abi: ABI_VERSION };

export function encodeHeader(header: Header): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  MAGIC.copy(preamble);
  preamble.writeUInt32LE(header.format, 8);
  preamble.writeUInt32LE(json.length, 12);
  preamble.writeUInt32LE(crc32(json), 16);
  preamble.writeUInt32LE(crc32(preamble.subarray(0, 20)), 20);
  return Buffer.concat([preamble, json]);
}

/** @throws DamagedFile */
export function decodePreamble(bytes: Buffer): {
  readonly format: number;
  readonly length: number;
  readonly crc: number;
} {
  if (bytes.length === 0) throw new DamagedFile('it is empty');
  if (bytes.length < PREAMBLE_BYTES) throw new DamagedFile('it is cut in its header');
  if (!bytes.subarray(0, 8).equals(MAGIC)) throw new DamagedFile('it does not begin as a checkpoint does');
  const length = bytes.readUInt32LE(12);
  if (crc32(bytes.subarray(0, 20)) !== bytes.readUInt32LE(20) || length > LONGEST_HEADER)
    throw new DamagedFile('the checksum of its header is wrong');
  return { format: bytes.readUInt32LE(8), length, crc: bytes.readUInt32LE(16) };
}

/** @throws DamagedFile */
export function decodeHeader(
  json: Buffer,
  { length, crc }: { readonly length: number; readonly crc: number },
): Header {
  if (json.length < length) throw new DamagedFile('it is cut in its header');
  if (crc32(json) !== crc) throw new DamagedFile('the checksum of its header is wrong');
  return JSON.parse(json.toString()) as Header;
}

export function pieceCrc(piece: Uint8Array, index: number): number {
  return crc32(piece, crc32(Buffer.from(Uint32Array.of(piece.length, index).buffer)));
}

export function encodeFrame(piece: Uint8Array, index: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32LE(piece.length, 0);
  frame.writeUInt32LE(pieceCrc(piece, index), 4);
  return frame;
}

/** @returns the piece's length and CRC, or null where the footer stands */
export function decodeFrame(frame: Buffer): { readonly length: number; readonly crc: number } | null {
  const length = frame.readUInt32LE(0);
  return length === END ? null : { length, crc: frame.readUInt32LE(4) };
}

export function encodeFooter(pieces: number, bytes: number): Buffer {
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32LE(END, 0);
  footer.writeDoubleLE(pieces, 8);
  footer.writeDoubleLE(bytes, 16);
  footer.writeUInt32LE(crc32(footer.subarray(8)), 4);
  return footer;
}

/** @throws DamagedFile where it is not the footer of that many pieces and bytes */
export function checkFooter(footer: Buffer, pieces: number, bytes: number): void {
  if (footer.length < FOOTER_BYTES) throw new DamagedFile('it is cut at its end');
  if (!footer.equals(encodeFooter(pieces, bytes)))
    throw new DamagedFile('its end does not fit what it holds');
}
