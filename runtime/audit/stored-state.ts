// Control path. The live state as its newest checkpoint has it, read beside the service that writes it.
import { listCheckpoints } from '../checkpoints/open-checkpoints.ts';
import { IncompatibleState } from '../checkpoints/errors.ts';
import { versions } from '../checkpoints/file-format.ts';
import { readHeader, readPieces } from '../checkpoints/read-file.ts';
import { Engine } from '../engine/engine.ts';
import type { StreamProgram } from '../engine/program.ts';

export interface StoredState {
  readonly engine: Engine;
  readonly file: string;
  /** The instant it stands at, µs. */
  readonly t: number;
}

/** A service that goes on may remove a file between its being listed and its being read. */
const TRIES = 3;

/**
 * Needs no lock, and changes nothing.
 * @returns null where there is no checkpoint
 * @throws IncompatibleState, IncompatibleProgram, DamagedFile; what the file system throws
 */
export async function readStoredState(
  directory: string,
  program: StreamProgram,
): Promise<StoredState | null> {
  for (let tries = 1; ; tries += 1) {
    const [file] = await listCheckpoints(directory).catch(absent);
    if (file === undefined) return null;
    try {
      return restored(file, directory, program);
    } catch (error) {
      if (tries === TRIES || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function restored(file: string, directory: string, program: StreamProgram): StoredState {
  const { header, format } = readHeader(file, versions.format);
  if (header === null || header.snapshot !== versions.snapshot || header.abi !== versions.abi)
    throw new IncompatibleState(file, directory, `is of another version of skewless (format ${format})`);
  const engine = Engine.restore(program, readPieces(file, versions.format));
  return { engine, file, t: Number.isFinite(engine.clock) ? engine.clock : header.createdAt };
}

function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
