// What tests of files share: sources, and files in a folder that goes with the test file.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import type { FrontierEntry, SourceRecord } from '../../runtime/index.ts';
import type { ServedInput } from '../../runtime/serve/plan.ts';
import { fileSource } from '../../runtime/sources/files/index.ts';
import type { FileOptions } from '../../runtime/sources/files/index.ts';
import type { Batch } from '../../runtime/sources/source.ts';

export const folder = mkdtempSync(join(tmpdir(), 'skewless-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const column = (name: string, type: ServedInput['type'], nullable = false): ServedInput => ({
  name,
  type,
  nullable,
  doc: null,
});

export const columns: readonly ServedInput[] = [
  column('event_id', { kind: 'int' }),
  column('user_id', { kind: 'int' }),
  column('session_id', { kind: 'text' }),
  column('item_id', { kind: 'int' }),
  column('event_type', { kind: 'enum', values: ['click', 'view', 'add_to_cart', 'purchase'] }),
  column('category', { kind: 'text' }, true),
  column('revenue', { kind: 'decimal', precision: 10, scale: 2 }, true),
  column('event_time', { kind: 'timestamp' }),
];

export const userEvents: FileOptions['source'] = {
  kind: 'stream',
  name: 'user_events',
  columns,
  time: 'event_time',
};

export const event = (id: number, more: object = {}): Record<string, unknown> => ({
  event_id: id,
  user_id: 7,
  session_id: 's1',
  item_id: 3,
  event_type: 'purchase',
  category: 'books',
  revenue: '12.34',
  event_time: `2024-05-01T12:00:00.${String(id).padStart(6, '0')}Z`,
  ...more,
});

export const noon = Date.UTC(2024, 4, 1, 12) * 1000;

export function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export function options(path: string, more: Partial<FileOptions> = {}): FileOptions {
  return { source: userEvents, path, logger: pino({ level: 'silent' }), now: () => 5, ...more };
}

export async function batchesOf(
  given: FileOptions,
  from: readonly FrontierEntry[] = [],
): Promise<Required<Batch>[]> {
  const batches: Required<Batch>[] = [];
  await fileSource(given).run(from, async batch => void batches.push(batch as Required<Batch>));
  return batches;
}

export async function recordsOf(
  given: FileOptions,
  from: readonly FrontierEntry[] = [],
): Promise<SourceRecord[]> {
  return (await batchesOf(given, from)).flatMap(({ records }) => records);
}

export const asText = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : value;

export const lines = (...values: readonly unknown[]): string =>
  values.map(value => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n') + '\n';

export const typed: readonly ServedInput[] = [
  column('i', { kind: 'int' }, true),
  column('d', { kind: 'double' }, true),
  column('b', { kind: 'bigint' }, true),
  column('m', { kind: 'decimal', precision: 12, scale: 2 }, true),
  column('f', { kind: 'boolean' }, true),
  column('n', { kind: 'text' }, true),
  column('t', { kind: 'text' }),
  column('at', { kind: 'timestamp' }, true),
];
export const everything: FileOptions['source'] = {
  kind: 'stream',
  name: 'everything',
  columns: typed,
  time: 'at',
};

export function frontierOf(batches: readonly Required<Batch>[]): FrontierEntry[] {
  const { source, topic, epoch, partition, next } = batches.at(-1)!;
  return [{ source, topic, epoch, partition, nextOffset: next }];
}
