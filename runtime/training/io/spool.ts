// Control path. What can be read once only, in a temporary file that can be read again.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { said, SpineError } from './errors.ts';

export interface Spool {
  readonly path: string;
  remove(): Promise<void>;
}

/** @param name as what is read is called in messages */
export async function spool(bytes: AsyncIterable<Uint8Array>, name: string): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'skewless-spine-'));
  const remove = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'spine');
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(path));
  } catch (error) {
    await remove();
    throw new SpineError(`${name} cannot be read through a temporary file in ${tmpdir()}: ${said(error)}`, {
      cause: error,
    });
  }
  return { path, remove };
}
