// Control path: one process at a time in a directory.
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StateInUse } from './errors.ts';
import { lifeOf, thisProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

const NAME = 'lock';

/** How a holder that cannot be looked at shows that it lives. */
export interface Heartbeat {
  /** The holder touches its lock so often, ms. */
  readonly every: number;
  /** A lock that stands untouched for so long is no one's any more, ms. */
  readonly patience: number;
}

export const HEARTBEAT: Heartbeat = { every: 500, patience: 5000 };

interface Holder extends ProcessIdentity {
  /** Of this lock alone. */
  readonly token: string;
}

/**
 * The exclusive lock of a directory: a file that names its holder. The lock of a process that is no more is taken over.
 * A process is told from another one with its id by when it was started. Where a holder cannot be looked at, as in
 * another container, its lock is watched: a living holder touches it.
 */
export class DirectoryLock {
  readonly #path: string;
  readonly #token: string;
  readonly #file: FileHandle;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, token: string, file: FileHandle, every: number) {
    this.#path = path;
    this.#token = token;
    this.#file = file;
    let beats = 0;
    // Which time it is does not matter, as long as it is another one.
    this.#timer = setInterval(() => void file.utimes(++beats, beats).catch(() => undefined), every);
    this.#timer.unref();
  }

  /**
   * @param tookOver told of the holder whose lock was taken over
   * @throws StateInUse while another process, or another one in this process, holds it
   */
  static async take(
    directory: string,
    tookOver: (holder: string) => void,
    heartbeat: Heartbeat = HEARTBEAT,
  ): Promise<DirectoryLock> {
    const path = join(directory, NAME);
    const token = randomUUID();
    const holder: Holder = { ...thisProcess(), token };
    for (;;) {
      const file = await create(path);
      if (file !== null) {
        await sign(file, path, holder);
        return new DirectoryLock(path, token, file, heartbeat.every);
      }
      const other = await readFile(path, 'utf8').catch(() => null);
      // Released in between.
      if (other === null) continue;
      if (!(await isForsaken(path, other, holder, heartbeat))) throw inUse(directory, other);
      if (await remove(path, other, token)) tookOver(nameOf(other));
    }
  }

  /** @throws StateInUse where another process has taken the directory over */
  async confirm(): Promise<void> {
    if (!(await this.#isOurs())) {
      throw new StateInUse(
        `${this.#path} is another process's now: this one has not been heard for too long. It must be restarted`,
      );
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#file.close();
    if (await this.#isOurs()) await rm(this.#path, { force: true });
  }

  async #isOurs(): Promise<boolean> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    return holderIn(text)?.token === this.#token;
  }
}

/** On a full disk no name can be written; an empty lock would keep the next process waiting for nobody. */
async function sign(file: FileHandle, path: string, holder: Holder): Promise<void> {
  try {
    await file.writeFile(JSON.stringify(holder));
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** @returns null where there is one already */
async function create(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
}

async function isForsaken(path: string, text: string, here: Holder, heartbeat: Heartbeat): Promise<boolean> {
  const holder = holderIn(text);
  const life = holder === null ? 'unknown' : lifeOf(holder, here);
  return life === 'unknown' ? !(await isTouched(path, heartbeat)) : life === 'dead';
}

/** Whether the lock is touched, or changes hands, while it is watched. */
async function isTouched(path: string, { every, patience }: Heartbeat): Promise<boolean> {
  const touchedAt = async (): Promise<string | null> =>
    stat(path).then(
      ({ mtimeMs, ino }) => `${mtimeMs} ${ino}`,
      () => null,
    );
  const first = await touchedAt();
  for (let waited = 0; waited < patience; waited += every) {
    await delay(every);
    if ((await touchedAt()) !== first) return true;
  }
  return false;
}

/** Takes a forsaken lock away, unless another process has done so and taken its own. */
async function remove(path: string, forsaken: string, token: string): Promise<boolean> {
  const aside = `${path}.${token}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const moved = await readFile(aside, 'utf8');
  if (moved !== forsaken) {
    await rename(aside, path);
    return false;
  }
  await rm(aside, { force: true });
  return true;
}

function holderIn(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder | null;
    return typeof holder?.pid === 'number' && typeof holder.token === 'string' ? holder : null;
  } catch {
    return null;
  }
}

function nameOf(text: string): string {
  const holder = holderIn(text);
  return holder === null ? 'an unknown process' : `process ${holder.pid} on ${holder.host}`;
}

function inUse(directory: string, text: string): StateInUse {
  return new StateInUse(
    `the state in ${directory} is in use by ${nameOf(text)}: stop it first, or give this service another directory`,
  );
}
