// Control path. The bytes of a file.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SourceError } from '../source.ts';

/** Little, so that what is made of a chunk is garbage before it is old. */
const CHUNK = 64 * 1024;

/** @throws SourceError where there is no file to read */
export async function checkReadable(path: string): Promise<void> {
  await access(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

/** The file's bytes, unpacked where its name ends with `.gz`. @throws SourceError where they cannot be read */
export async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK });
  const bytes: Readable = path.endsWith('.gz')
    ? pipeline(file, createGunzip({ chunkSize: CHUNK }), () => undefined)
    : file;
  try {
    for await (const chunk of bytes) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    file.destroy();
    bytes.destroy();
  }
}

export function unreadable(path: string, error: unknown): SourceError {
  const said = error instanceof Error ? error.message : String(error);
  return new SourceError(`the file ${path} cannot be read: ${said}`, { cause: error });
}

/** 31 bits, so that it fits where positions have their epoch. */
export function markOf(head: readonly Uint8Array[]): number {
  const hash = createHash('sha256');
  for (const bytes of head) hash.update(bytes).update('\n');
  return hash.digest().readUInt32BE(0) >>> 1;
}
