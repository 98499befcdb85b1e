// Control path: a state without a checkpoint, built from the history.
import type { Logger } from 'pino';
import { Kysely, PostgresDialect } from 'kysely';
import { bootstrapEngine, DroppedHistory } from '../bootstrap/index.ts';
import type { Programs, Settings } from '../config/index.ts';
import type { Engine } from '../engine/engine.ts';
import { installSchema } from '../history/index.ts';
import { parsePostgresUrl } from '../postgres/existing.ts';
import { createPool } from '../postgres/pool.ts';
import { untilReachable } from '../postgres/until-reachable.ts';

/** Between two tries to reach PostgreSQL, ms. */
const PAUSE = 1000;

/** Null where the configuration has no history, or wants none of it. */
export function stateBuilder(
  { stream, sql }: Programs,
  { history, state: { bootstrap } }: Pick<Settings, 'history' | 'state'>,
  { now, log }: { readonly now: () => number; readonly log: Logger },
): (() => Promise<Engine | null>) | null {
  if (history === null || bootstrap === false) return null;
  return async () => {
    const started = performance.now();
    const pool = createPool(parsePostgresUrl(history.url));
    try {
      await untilReachable(pool, {
        pause: PAUSE,
        away: reason =>
          log.warn(
            { reason },
            'the state is to be built from the history, and PostgreSQL is away: waiting for it',
          ),
      });
      // Columns that features have got since are made before they are asked for.
      if (history.archive) await installSchema(new Kysely({ dialect: new PostgresDialect({ pool }) }), sql);
      const built = await bootstrapEngine(pool, stream, sql, {
        now: now(),
        allowDropped: bootstrap === 'incomplete',
        progress: progress => log.info(progress, 'the state is being built from the history'),
      });
      if (built === null) {
        log.info('the history is empty');
        return null;
      }
      const { engine, rows, dropped } = built;
      for (const each of dropped)
        log.warn(
          each,
          'the history lacks arrivals that features look at: their values are built from what is left',
        );
      const frontier = engine.frontier();
      const seconds = (performance.now() - started) / 1000;
      log.info({ rows, keys: engine.size().keys, seconds, frontier }, 'the state was built from the history');
      return engine;
    } catch (error) {
      if (error instanceof DroppedHistory) throw error;
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(
        `the state is to be built from the history, and that failed: ${said}. ` +
          'Mend it, or have the state begin from the log with `state: { bootstrap: false }`',
        { cause: error },
      );
    } finally {
      await pool.end();
    }
  };
}
