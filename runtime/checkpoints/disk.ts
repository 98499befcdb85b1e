// Control path: what writing a checkpoint asks of the file system. Tests put one in its place that fails.
import { open, rename, rm } from 'node:fs/promises';

export interface DiskFile {
  write(...parts: readonly Uint8Array[]): Promise<void>;
  /** Settles when all that was written is on the disk itself. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  /** A file that is not there yet. */
  create(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  /** No error where there is none. */
  remove(path: string): Promise<void>;
  /** Settles when names given and taken in the directory are on the disk itself. */
  syncDirectory(path: string): Promise<void>;
}

export const realDisk: Disk = {
  create: async path => {
    const file = await open(path, 'wx');
    return {
      write: async (...parts) => {
        let { bytesWritten: written } = await file.writev(parts);
        for (const part of parts) {
          // Few file systems ever write a part of what they are given.
          for (let at = Math.min(written, part.length); at < part.length;)
            at += (await file.write(part, at, part.length - at)).bytesWritten;
          written = Math.max(0, written - part.length);
        }
      },
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  rename,
  remove: path => rm(path, { force: true }),
  syncDirectory: async path => {
    // Windows has no way to do so, and does not need it.
    if (process.platform === 'win32') return;
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};
