// Control path. From what a run has computed to the output: profiled on the way, and whole or not at all.
import { open, rename, rm } from 'node:fs/promises';
import type { RowBatch } from './contract.ts';
import type { Output } from './io/output.ts';
import { fileFailure } from './io/partial-file.ts';
import { Profile } from './io/profile.ts';
import type { TrainingSetMetadata } from './metadata.ts';
import { pick } from './result-columns.ts';
import type { ResultColumns } from './result-columns.ts';

export interface ResultToWrite {
  readonly results: AsyncIterable<RowBatch>;
  readonly columns: ResultColumns;
  readonly metadata: TrainingSetMetadata;
  /** null: it is profiled alone. */
  readonly output: Output | null;
  /** A file for the metadata; null: none. */
  readonly sidecar: string | null;
  /** Told of the rows that are written. */
  readonly onRows: (rows: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** @returns the metadata with the profile in it */
export async function writeResult(work: ResultToWrite): Promise<TrainingSetMetadata> {
  const { columns, output } = work;
  try {
    const profile = new Profile(columns.columns.slice(columns.given));
    for await (const batch of work.results) {
      work.signal?.throwIfAborted();
      const picked = pick(columns, batch);
      profile.add({ rows: picked.rows, columns: picked.columns.slice(columns.given) });
      await output?.write(picked);
      work.onRows(batch.rows);
    }
    const metadata = { ...work.metadata, profile: profile.result() };
    const temporary = work.sidecar === null ? null : await writeAside(work.sidecar, metadata);
    try {
      await output?.finish(metadata);
      if (temporary !== null) await rename(temporary, work.sidecar!);
    } finally {
      if (temporary !== null) await rm(temporary, { force: true });
    }
    return metadata;
  } catch (error) {
    await output?.abandon();
    throw error;
  }
}

/** Beside its final name: only a training set that is whole has metadata. @returns where it is */
async function writeAside(path: string, metadata: TrainingSetMetadata): Promise<string> {
  const temporary = `${path}.partial-${metadata.run}`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(`${JSON.stringify(metadata, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return temporary;
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileFailure(path, error);
  }
}
