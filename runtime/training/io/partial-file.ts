// Control path. A file that has its name only when it is whole.
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputError, said } from './errors.ts';

export interface PartialFile {
  readonly path: string;
  append(bytes: Uint8Array): Promise<void>;
  /** On the disk for good, and under its name. */
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/** What of a file's handle is needed. */
export interface WritableFile {
  write(bytes: Uint8Array, from: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Writes `<path>.partial-<id>`; one that an earlier attempt has left is begun anew. */
export async function openPartialFile(
  path: string,
  id: string,
  openFile: (path: string) => Promise<WritableFile> = name => open(name, 'w'),
): Promise<PartialFile> {
  const partial = `${path}.partial-${id}`;
  await refuseNoFile(path);
  try {
    return new OpenPartialFile(path, partial, await openFile(partial));
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Only a file is replaced: what is renamed to a device's name would take its place for all who use it. */
export async function refuseNoFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null || found.isFile()) return;
  const what = found.isDirectory() ? 'a folder' : 'a device or a pipe';
  throw new OutputError(`${path} cannot be written: it is ${what}. Give the name of a file`);
}

class OpenPartialFile implements PartialFile {
  #state: 'open' | 'closed' | 'ended' = 'open';

  constructor(
    readonly path: string,
    readonly partial: string,
    readonly file: WritableFile,
  ) {}

  async append(bytes: Uint8Array): Promise<void> {
    await this.#attempt(async () => {
      // A disk that fills up may take a part, and refuse the rest.
      for (let at = 0; at < bytes.length;) at += (await this.file.write(bytes, at)).bytesWritten;
    });
  }

  async finish(): Promise<void> {
    await this.#attempt(async () => {
      await this.file.sync();
      await this.#close();
      await rename(this.partial, this.path);
      this.#state = 'ended';
      await syncFolder(dirname(this.path));
    });
  }

  async abandon(): Promise<void> {
    if (this.#state === 'ended') return;
    await this.#close().catch(() => undefined);
    await rm(this.partial, { force: true });
    this.#state = 'ended';
  }

  async #close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    await this.file.close();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw fileFailure(this.path, error);
    }
  }
}

/** The new name is on the disk too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOENT: 'its folder does not exist',
  EACCES: 'it is not allowed to',
  EROFS: 'the disk is read-only',
  EISDIR: 'there is a folder of that name',
  ENOTDIR: 'a part of its path is no folder',
};

/** What a file's error means for whoever asked for the file. */
export function fileFailure(path: string, error: unknown): OutputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code];
  return new OutputError(
    `${path} cannot be written: ${reason === undefined ? said(error) : `${reason} (${code})`}`,
    {
      cause: error,
    },
  );
}
