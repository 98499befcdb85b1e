import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { openCheckpoints } from '../../../runtime/checkpoints/open-checkpoints.ts';
import type { Checkpoints, CheckpointsOptions } from '../../../runtime/checkpoints/open-checkpoints.ts';
import { Engine } from '../../../runtime/index.ts';
import type { SourceRecord, StreamProgram } from '../../../runtime/index.ts';
import { checkpointedLog, checkpointedProgram, keysOf } from '../../stream/support/checkpointed-log.ts';
import { loadProgram } from '../../stream/support/load.ts';
import { Random } from '../../stream/support/random.ts';

export const SEED = 90_210;
export const NOW = Date.UTC(2025, 0, 1) * 1000;
export const program: StreamProgram = await loadProgram(checkpointedProgram(new Random(SEED)));

/** A log of so many records. */
export function records(count: number): SourceRecord[] {
  const draw = checkpointedLog(new Random(SEED));
  return Array.from({ length: count }, () => draw().record);
}

/** The values of all keys, at one instant after all records. */
export function answers(engine: Engine): unknown {
  const t = Date.UTC(2024, 4, 1, 11, 50) * 1000;
  return Object.entries(keysOf).map(([group, keys]) => keys.map(key => engine.readGroup(group, key, t)));
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, removed after the tests. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skewless-checkpoints-'));
  folders.push(folder);
  return folder;
}

/** Opens a directory, and tells what its operator was told. */
export async function opened(
  directory: string,
  more: Partial<CheckpointsOptions> = {},
): Promise<{ readonly checkpoints: Checkpoints; readonly told: string[] }> {
  const told: string[] = [];
  const short = (file: string): string => file.slice(directory.length + 1);
  const checkpoints = await openCheckpoints({
    directory,
    fingerprint: program.fingerprint,
    now: () => NOW,
    events: {
      rejected: (file, reason) => told.push(`rejected ${short(file)}: ${reason}`),
      written: ({ file }) => told.push(`written ${short(file)}`),
      failed: error => told.push(`failed: ${error.message}`),
      tookOver: holder => told.push(`took over from ${holder}`),
      unremoved: file => told.push(`unremoved ${short(file)}`),
    },
    ...more,
  });
  return { checkpoints, told };
}

export const turn = { yield: () => setImmediate() };

/** An engine that has taken in records. */
export function engineOf(log: readonly SourceRecord[]): Engine {
  const engine = new Engine(program);
  for (const record of log) engine.ingest(record);
  return engine;
}

/** Writes two checkpoints: after `first` records and after all. @returns what the engine said at each */
export async function writeTwo(
  directory: string,
  count = 600,
): Promise<{ readonly older: unknown; readonly newer: unknown }> {
  const log = records(count);
  const { checkpoints } = await opened(directory);
  const half = Math.floor(count / 2);
  const older = engineOf(log.slice(0, half));
  await checkpoints.write(older.checkpoint(), turn);
  const newer = engineOf(log);
  await checkpoints.write(newer.checkpoint(), turn);
  await checkpoints.close();
  return { older: [older.frontier(), answers(older)], newer: [newer.frontier(), answers(newer)] };
}
