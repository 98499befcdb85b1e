// Control path. The metadata beside a training set that is a file.
import { access, readFile } from 'node:fs/promises';
import type { TrainingSetMetadata } from './metadata.ts';
import type { BackfillOptions } from './options.ts';

/** The file that the metadata stand in; null: none. */
export const sidecarOf = ({ out, sidecar }: Pick<BackfillOptions, 'out' | 'sidecar'>): string | null =>
  out === null || out.startsWith('table:') ? null : (sidecar ?? `${out}.skewless.json`);

/** Of the output, where it is there and of this run; else null. */
export async function writtenMetadata(
  options: Pick<BackfillOptions, 'out' | 'sidecar'>,
  run: string,
): Promise<TrainingSetMetadata | null> {
  const path = sidecarOf(options);
  if (path === null || options.out === null) return null;
  try {
    await access(options.out);
    const metadata = JSON.parse(await readFile(path, 'utf8')) as TrainingSetMetadata;
    return metadata.run === run ? metadata : null;
  } catch {
    // Absent or unreadable: it is not known to be there.
    return null;
  }
}
