// Control path: runs beside the service, a piece at a time.
import { dirname } from 'node:path';
import type { Checkpoint } from './checkpoint.ts';
import type { Disk } from './disk.ts';
import { encodeFooter, encodeFrame, encodeHeader, versions } from './file-format.ts';

/** Bytes of a piece: about a millisecond of work. */
const PIECE = 1 << 18;

export interface WriteOptions {
  /** Settles when reads and records have had their turn. */
  readonly yield: () => Promise<void>;
}

/** A checkpoint that is being written has this name until it is whole. */
export const PARTIAL = '.partial';

/**
 * Writes a checkpoint to `path`: there it is whole, or it is not there at all.
 * @param mayStand asked right before it gets its name; throws where it may not have it
 * @returns the bytes written
 * @throws what the disk throws; the checkpoint is then abandoned and no file is left
 */
export async function writeFile(
  checkpoint: Checkpoint,
  path: string,
  how: WriteOptions & {
    readonly disk: Disk;
    readonly fingerprint: string;
    readonly createdAt: number;
    readonly mayStand: () => Promise<void>;
  },
): Promise<number> {
  const { disk } = how;
  const partial = path + PARTIAL;
  try {
    await disk.remove(partial);
    const bytes = await writePieces(checkpoint, partial, how);
    await how.mayStand();
    await disk.rename(partial, path);
    await disk.syncDirectory(dirname(path));
    return bytes;
  } catch (error) {
    checkpoint.abandon();
    // Of the two the first error tells why.
    await disk.remove(partial).catch(() => undefined);
    throw error;
  }
}

async function writePieces(
  checkpoint: Checkpoint,
  partial: string,
  how: WriteOptions & { readonly disk: Disk; readonly fingerprint: string; readonly createdAt: number },
): Promise<number> {
  const { clock, frontier } = checkpoint;
  const { fingerprint, createdAt } = how;
  const file = await how.disk.create(partial);
  try {
    const header = encodeHeader({
      ...versions,
      fingerprint,
      createdAt,
      clock: Number.isFinite(clock) ? clock : null,
      frontier,
    });
    await file.write(header);
    let pieces = 0;
    let bytes = 0;
    for (let piece = checkpoint.next(PIECE); piece !== null; piece = checkpoint.next(PIECE)) {
      await file.write(encodeFrame(piece, pieces), piece);
      bytes += piece.length;
      pieces += 1;
      await how.yield();
    }
    const footer = encodeFooter(pieces, bytes);
    await file.write(footer);
    await file.sync();
    return header.length + bytes + pieces * 8 + footer.length;
  } finally {
    await file.close();
  }
}
