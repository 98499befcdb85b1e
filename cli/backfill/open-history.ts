import { resolve } from 'node:path';
import type pg from 'pg';
import type { Programs } from '../../runtime/config/load-program.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { Failure } from '../failure.ts';
import { loadProject } from '../project.ts';
import type { KnowledgeOptions } from './command.ts';

export interface OpenHistory {
  readonly pool: pg.Pool;
  readonly programs: Programs;
}

/** Runs with the project's history, and so many connections to it as the work takes. */
export async function withHistory<T>(
  { root, config, jobs }: KnowledgeOptions,
  run: (history: OpenHistory) => Promise<T>,
): Promise<T> {
  const { loaded, programs } = await loadProject(resolve(root), config, 'history');
  const { history } = loaded.settings;
  if (history === null) {
    throw new Failure('there is no history: set history.url in skewless.config.ts, or SKEWLESS_HISTORY_URL');
  }
  const pool = createPool(parsePostgresUrl(history.url), { max: jobs + 4 });
  try {
    return await run({ pool, programs });
  } finally {
    await pool.end();
  }
}
