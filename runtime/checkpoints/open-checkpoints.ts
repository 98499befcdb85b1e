// Control path: the checkpoints of one directory.
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FrontierEntry } from '../engine/record.ts';
import type { Checkpoint } from './checkpoint.ts';
import { realDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { DamagedFile, DamagedState, IncompatibleState, UnusableDirectory } from './errors.ts';
import { versions } from './file-format.ts';
import type { Header } from './file-format.ts';
import { DirectoryLock, HEARTBEAT } from './lock.ts';
import type { Heartbeat } from './lock.ts';
import { readHeader, readPieces, verify } from './read-file.ts';
import { PARTIAL, writeFile } from './write-file.ts';
import type { WriteOptions } from './write-file.ts';

const SUFFIX = '.checkpoint';
const DAMAGED = '.damaged';
/** With the instant, µs, at which it was replaced. */
const REPLACED = '.replaced';

/** A checkpoint on disk that is whole. */
export interface StoredCheckpoint {
  readonly file: string;
  /** Of the file. */
  readonly bytes: number;
  /** When it was begun, µs. */
  readonly createdAt: number;
  /** µs; null before the first tick. */
  readonly clock: number | null;
  readonly frontier: readonly FrontierEntry[];
  /** What `Engine.restore` takes; every piece is checked once more. */
  pieces(): Iterable<Uint8Array>;
}

export interface WrittenCheckpoint {
  readonly file: string;
  readonly bytes: number;
  readonly frontier: readonly FrontierEntry[];
  /** µs from the begin to the end. */
  readonly duration: number;
}

/** What an operator must see. */
export interface CheckpointEvents {
  /** A file that cannot be used, and why; one before it is tried. */
  rejected(file: string, reason: string): void;
  written(written: WrittenCheckpoint): void;
  /** None was written; the last good one stands, and the state goes on. */
  failed(error: Error): void;
  /** The lock of a process that is no more was taken over. */
  tookOver(holder: string): void;
  /** A file that is no longer needed could not be removed. */
  unremoved(file: string, error: Error): void;
}

export interface CheckpointsOptions {
  /** Made where it is not there. */
  readonly directory: string;
  /** The program's: a checkpoint of another is refused. */
  readonly fingerprint: string;
  /** How many checkpoints stay on disk. */
  readonly keep?: number;
  /** µs. */
  readonly now: () => number;
  readonly events: CheckpointEvents;
  readonly disk?: Disk;
  readonly heartbeat?: Heartbeat;
}

/** The files of a directory, newest first. Needs no lock, and changes nothing. */
export async function listCheckpoints(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  const numbered = names.filter(name => numberOf(name) !== null);
  return numbered.sort((a, b) => numberOf(b)! - numberOf(a)!).map(name => join(directory, name));
}

/**
 * What a checkpoint says of itself; whether it is whole is not looked at. Needs no lock.
 * @throws DamagedFile where its header is not whole; what the file system throws
 */
export function describeCheckpoint(file: string): { readonly bytes: number; readonly header: Header | null } {
  const { bytes, header } = readHeader(file, versions.format);
  return { bytes, header };
}

/**
 * Takes hold of a directory of checkpoints, and clears away what a crash has left half-written.
 * @throws StateInUse while another process holds it; what the file system throws
 */
export async function openCheckpoints(options: CheckpointsOptions): Promise<Checkpoints> {
  const { directory, events, disk = realDisk, heartbeat = HEARTBEAT } = options;
  const lock = await lockOf(directory, events, heartbeat).catch((error: Error) => {
    throw 'code' in error ? new UnusableDirectory(directory, error) : error;
  });
  try {
    for (const name of await readdir(directory))
      if (name.endsWith(PARTIAL)) await removeOr(disk, join(directory, name), events);
    return new Checkpoints(options, disk, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function lockOf(
  directory: string,
  events: CheckpointEvents,
  heartbeat: Heartbeat,
): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true });
  return DirectoryLock.take(directory, holder => events.tookOver(holder), heartbeat);
}

export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #disk: Disk;
  readonly #lock: DirectoryLock;
  readonly #keep: number;
  /** Of files that cannot be used and stand where they stood. */
  readonly #rejected = new Set<string>();
  #writing = false;

  /** By `openCheckpoints`. */
  constructor(options: CheckpointsOptions, disk: Disk, lock: DirectoryLock) {
    this.#options = options;
    this.#disk = disk;
    this.#lock = lock;
    this.#keep = Math.max(1, options.keep ?? 2);
  }

  /**
   * The newest checkpoint that is whole; null where there is none at all. Damaged ones are set aside under another
   * name.
   * @throws IncompatibleState for one of other features or another runtime
   * @throws DamagedState where there are checkpoints and none can be used
   */
  async latest(): Promise<StoredCheckpoint | null> {
    const { directory, events } = this.#options;
    const rejected: { readonly file: string; readonly reason: string }[] = [];
    for (const file of await listCheckpoints(directory)) {
      try {
        return this.#stored(file);
      } catch (error) {
        if (error instanceof IncompatibleState) throw error;
        const reason = (error as Error).message;
        rejected.push({ file: basename(file), reason });
        events.rejected(file, reason);
        await this.#setAside(file, error);
      }
    }
    if (rejected.length > 0) throw new DamagedState(directory, rejected);
    return null;
  }

  /**
   * Writes a checkpoint piece by piece and removes those that it makes superfluous.
   * @throws where it could not be written: the checkpoint is abandoned, no half of it is left, the last good one stands
   */
  async write(checkpoint: Checkpoint, how: WriteOptions): Promise<WrittenCheckpoint> {
    if (this.#writing) throw new Error('a checkpoint is being written: wait for it before the next one');
    this.#writing = true;
    const { directory, fingerprint, now, events } = this.#options;
    const createdAt = now();
    try {
      const newest = (await listCheckpoints(directory))[0];
      const number = newest === undefined ? 1 : numberOf(basename(newest))! + 1;
      const file = join(directory, `${String(number).padStart(12, '0')}${SUFFIX}`);
      const bytes = await writeFile(checkpoint, file, {
        disk: this.#disk,
        fingerprint,
        createdAt,
        yield: how.yield,
        mayStand: () => this.#lock.confirm(),
      });
      const { frontier } = checkpoint;
      const written = { file, bytes, frontier, duration: now() - createdAt };
      events.written(written);
      await this.#prune();
      return written;
    } catch (error) {
      checkpoint.abandon();
      events.failed(error as Error);
      throw error;
    } finally {
      this.#writing = false;
    }
  }

  /**
   * Sets all checkpoints aside, under names that are looked for no more: another state takes their place.
   * @returns how many there were
   */
  async replace(): Promise<number> {
    const { directory, now } = this.#options;
    const files = await listCheckpoints(directory);
    for (const file of files) await this.#disk.rename(file, `${file}${REPLACED}-${now()}`);
    return files.length;
  }

  /** Lets the directory go. */
  async close(): Promise<void> {
    await this.#lock.release();
  }

  #stored(file: string): StoredCheckpoint {
    const { header, bytes, format } = readHeader(file, versions.format);
    this.#admit(file, format, header);
    verify(file, versions.format);
    const { createdAt, clock, frontier } = header!;
    return { file, bytes, createdAt, clock, frontier, pieces: () => readPieces(file, versions.format) };
  }

  #admit(file: string, format: number, header: Header | null): void {
    const { directory, fingerprint } = this.#options;
    const refuse = (reason: string): never => {
      throw new IncompatibleState(file, directory, reason);
    };
    if (header === null)
      return refuse(`is a file of format ${format}, this runtime reads format ${versions.format}`);
    if (header.snapshot !== versions.snapshot || header.abi !== versions.abi) {
      refuse(
        `holds a state of format ${header.snapshot} and ABI ${header.abi}, ` +
          `this runtime reads format ${versions.snapshot} of ABI ${versions.abi}`,
      );
    }
    if (header.fingerprint !== fingerprint)
      refuse(
        `belongs to the program ${header.fingerprint}, this one is ${fingerprint}: its features have changed`,
      );
  }

  /** So that it stands in no one's way, and can be looked into. */
  async #setAside(file: string, error: unknown): Promise<void> {
    const { events } = this.#options;
    // What cannot be read now may be whole.
    if (!(error instanceof DamagedFile)) {
      this.#rejected.add(file);
      return;
    }
    await this.#disk.rename(file, file + DAMAGED).catch((failed: Error) => {
      this.#rejected.add(file);
      events.unremoved(file, failed);
    });
  }

  async #prune(): Promise<void> {
    const { directory, events } = this.#options;
    const files = (await listCheckpoints(directory)).filter(file => !this.#rejected.has(file));
    const damaged = (await readdir(directory)).filter(name => name.endsWith(SUFFIX + DAMAGED)).sort();
    const superfluous = [
      ...files.slice(this.#keep),
      ...damaged.slice(0, Math.max(0, damaged.length - this.#keep)).map(name => join(directory, name)),
    ];
    for (const file of superfluous) await removeOr(this.#disk, file, events);
  }
}

async function removeOr(disk: Disk, file: string, events: CheckpointEvents): Promise<void> {
  await disk.remove(file).catch((error: Error) => events.unremoved(file, error));
}

/** Null for other files. */
function numberOf(name: string): number | null {
  const number = /^(\d{12,})\.checkpoint$/.exec(name)?.[1];
  return number === undefined ? null : Number(number);
}
