import { basename } from 'node:path';
import color from 'picocolors';
import { describeCheckpoint, listCheckpoints } from '../../runtime/checkpoints/open-checkpoints.ts';
import { table } from '../table.ts';
import { duration, size } from '../units.ts';

/**
 * What the disk tells of a service that does not answer: where its newest checkpoint stands.
 * @param reason why it does not answer, in a sentence
 */
export async function restingLines(directory: string, reason: string, json: boolean): Promise<string[]> {
  const newest = await newestCheckpoint(directory);
  if (json) return [JSON.stringify({ service: null, reason, checkpoint: newest }, null, 2)];
  const head = [color.yellow(reason)];
  if (newest === null) return [...head, `there is no checkpoint in ${directory}`];
  const { file, bytes, at, problem, frontier } = newest;
  if (problem !== null)
    return [...head, color.red(`the newest checkpoint, ${file}, cannot be read: ${problem}`)];
  const age = duration((Date.now() - Date.parse(at!)) / 1000);
  const columns = [
    { heading: 'source' },
    ...['topic', 'epoch', 'partition', 'next offset'].map(heading => ({ heading, align: 'right' as const })),
  ];
  const rows = frontier.map(entry => [
    entry.source,
    String(entry.topic),
    String(entry.epoch),
    String(entry.partition),
    String(entry.nextOffset),
  ]);
  return [
    ...head,
    `it would go on from the checkpoint of ${at}, ${age} ago, ${size(bytes)}${color.dim(`  ${file}`)}`,
    ...table(columns, rows).map(line => `  ${line}`),
  ];
}

interface Resting {
  readonly file: string;
  readonly bytes: number;
  /** When it was begun, ISO 8601; null where it cannot be read. */
  readonly at: string | null;
  readonly problem: string | null;
  readonly frontier: readonly {
    readonly source: string;
    readonly topic: number;
    readonly epoch: number;
    readonly partition: number;
    readonly nextOffset: number;
  }[];
}

async function newestCheckpoint(directory: string): Promise<Resting | null> {
  const [file] = await listCheckpoints(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (file === undefined) return null;
  const broken = (bytes: number, problem: string): Resting => ({
    file,
    bytes,
    at: null,
    problem,
    frontier: [],
  });
  try {
    const { bytes, header } = describeCheckpoint(file);
    if (header === null) return broken(bytes, 'it is of a format of another version of skewless');
    return {
      file,
      bytes,
      at: new Date(header.createdAt / 1000).toISOString(),
      problem: null,
      frontier: header.frontier,
    };
  } catch (error) {
    return broken(0, `${basename(file)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
