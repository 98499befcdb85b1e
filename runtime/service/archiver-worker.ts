// The archiver's own thread: it loads the programs for itself, and shares nothing with the one that serves.
import { parentPort, workerData } from 'node:worker_threads';
import { archiveInThread } from '../archive/index.ts';
import { loadProgram } from '../config/load-program.ts';
import type { Settings } from '../config/settings.ts';
import { createLogger } from '../observe/logger.ts';
import { parsePostgresUrl } from '../postgres/existing.ts';
import { HealthBoard } from './health.ts';
import { sourcesOf } from './sources.ts';

/** What the thread is started with: plain data. */
export interface ArchiverData {
  readonly root: string;
  readonly settings: Pick<Settings, 'generated' | 'kafka' | 'files' | 'history' | 'log'>;
}

const { root, settings } = workerData as ArchiverData;
const { url, retention, batchRows, batchEvery, clockSkew } = settings.history!;
const programs = await loadProgram(root, settings.generated);
const log = createLogger(settings.log).child({ part: 'archive' });
const now = (): number => Date.now() * 1000;
const source = await sourcesOf(programs, settings, {
  root,
  reader: 'archive',
  board: new HealthBoard(),
  log,
  now,
});

await archiveInThread(parentPort!, {
  program: programs.stream,
  sql: programs.sql,
  source,
  postgres: parsePostgresUrl(url),
  retention: Object.fromEntries(Object.entries(retention).map(([name, ms]) => [name, ms * 1000])),
  batch: { records: batchRows, milliseconds: batchEvery },
  clockSkew: clockSkew * 1000,
  now,
  log,
});
parentPort!.close();
