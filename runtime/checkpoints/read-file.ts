// Control path. Reads at once and not in turns: nothing is served before the state is there.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DamagedFile } from './errors.ts';
import {
  checkFooter,
  decodeFrame,
  decodeHeader,
  decodePreamble,
  FOOTER_BYTES,
  FRAME_BYTES,
  pieceCrc,
  PREAMBLE_BYTES,
} from './file-format.ts';
import type { Header } from './file-format.ts';

/** What a file says of itself; `header` is null where it is of a format that this runtime does not know. */
export interface FileHeader {
  readonly format: number;
  readonly header: Header | null;
  /** Of the whole file. */
  readonly bytes: number;
}

/** @throws DamagedFile; what the file system throws */
export function readHeader(file: string, format: number): FileHeader {
  return withFile(file, descriptor => headerOf(descriptor, format).file);
}

/**
 * The pieces of a checkpoint, each checked before it is given out; the end is checked after the last one.
 * @throws DamagedFile; what the file system throws
 */
export function* readPieces(file: string, format: number): Generator<Uint8Array> {
  const descriptor = openSync(file, 'r');
  try {
    let at = headerOf(descriptor, format).end;
    const { size } = fstatSync(descriptor);
    let pieces = 0;
    let bytes = 0;
    for (;;) {
      const head = readAt(descriptor, at, FOOTER_BYTES);
      if (head.length < FRAME_BYTES) throw new DamagedFile(`it is cut after ${pieces} pieces`);
      const frame = decodeFrame(head);
      if (frame === null) {
        checkFooter(head, pieces, bytes);
        if (at + FOOTER_BYTES !== size) throw new DamagedFile('it goes on after its end');
        return;
      }
      // A length is not to be believed before its checksum is: it may ask for more memory than there is.
      if (at + FRAME_BYTES + frame.length > size) throw new DamagedFile(`it is cut in piece ${pieces}`);
      const piece = readAt(descriptor, at + FRAME_BYTES, frame.length);
      if (piece.length < frame.length) throw new DamagedFile(`it is cut in piece ${pieces}`);
      if (pieceCrc(piece, pieces) !== frame.crc)
        throw new DamagedFile(`the checksum of piece ${pieces} is wrong`);
      yield piece;
      at += FRAME_BYTES + frame.length;
      bytes += frame.length;
      pieces += 1;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Reads it all. @throws DamagedFile; what the file system throws */
export function verify(file: string, format: number): void {
  const pieces = readPieces(file, format);
  while (pieces.next().done !== true);
}

function headerOf(descriptor: number, known: number): { readonly file: FileHeader; readonly end: number } {
  const preamble = decodePreamble(readAt(descriptor, 0, PREAMBLE_BYTES));
  const { format, length } = preamble;
  const { size: bytes } = fstatSync(descriptor);
  const end = PREAMBLE_BYTES + length;
  if (format !== known) return { file: { format, header: null, bytes }, end };
  const header = decodeHeader(readAt(descriptor, PREAMBLE_BYTES, length), preamble);
  return { file: { format, header, bytes }, end };
}

/** A fresh buffer, shorter where the file ends. */
function readAt(descriptor: number, at: number, length: number): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(length));
  let read = 0;
  while (read < length) {
    const more = readSync(descriptor, bytes, read, length - read, at + read);
    if (more === 0) return bytes.subarray(0, read);
    read += more;
  }
  return bytes;
}

function withFile<T>(file: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(file, 'r');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
