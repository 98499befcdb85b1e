// Control path. The training runs that stand in the database: what was interrupted, and may be gone on with or dropped.
import type pg from 'pg';
import { queryRows, withTransaction } from './client.ts';
import { takeRun, runLock } from './run-lease.ts';
import { recordRelation, runSchema } from './run-record.ts';
import { stepsRelation } from './run-steps.ts';

/** A training run that has not ended. */
export interface StandingRun {
  readonly id: string;
  /** What it reads: `delay_risk`. */
  readonly reads: string;
  /** Rows of its spine; null: they have not been loaded. */
  readonly rows: number | null;
  /** Whether all is computed, and only the writing is left. */
  readonly isComputed: boolean;
  /** Bytes that it takes in the database. */
  readonly bytes: number;
  /** µs. */
  readonly begunAt: number;
  /** When the last of its steps was done, µs. */
  readonly touchedAt: number;
  /** A process is at it now. */
  readonly isAtWork: boolean;
}

/** In order of when they were last touched, the oldest first. */
export async function listTrainingRuns(pool: pg.Pool): Promise<readonly StandingRun[]> {
  const schemas = await queryRows(
    pool as unknown as pg.ClientBase,
    `select n.nspname as schema, coalesce(sum(pg_total_relation_size(c.oid)) filter (where c.relkind in ('r', 'm')), 0)::float8 as bytes
     from pg_namespace as n left join pg_class as c on c.relnamespace = n.oid
     where n.nspname ^@ 'skewless_run_' group by 1`,
  );
  const runs: StandingRun[] = [];
  for (const { schema, bytes } of schemas) {
    const run = await standingRun(pool, (schema as string).slice('skewless_run_'.length), bytes as number);
    if (run !== null) runs.push(run);
  }
  return runs.sort((a, b) => a.touchedAt - b.touchedAt);
}

/** Null where it has ended meanwhile, or is none of ours. */
async function standingRun(pool: pg.Pool, id: string, bytes: number): Promise<StandingRun | null> {
  const schema = runSchema(id);
  return await withTransaction(pool, async client => {
    const [present] = await queryRows(
      client,
      `select to_regclass($1) is not null and to_regclass($2) is not null as present`,
      [`${schema}.${recordRelation}`, `${schema}.${stepsRelation}`],
    );
    if (present!['present'] !== true) return null;
    const [row] = await queryRows(
      client,
      `select r.request::jsonb -> 'read' as read, "skewless".us(r.begun_at) as begun,
         (select (s.result #>> '{}')::float8 from ${schema}.${stepsRelation} as s where s.step = 'spine') as rows,
         exists (select from ${schema}.${stepsRelation} as s where s.step = 'result') as computed,
         "skewless".us((select coalesce(max(s.done_at), r.begun_at) from ${schema}.${stepsRelation} as s)) as touched,
         exists (select from pg_locks as l where l.locktype = 'advisory' and l.granted and l.objsubid = 1
           and l.database = (select d.oid from pg_database as d where d.datname = current_database())
           and (l.classid::bigint << 32) | l.objid::bigint = hashtextextended($1, 0)) as at_work
       from ${schema}.${recordRelation} as r`,
      [runLock(id)],
    );
    if (row === undefined) return null;
    const read = row['read'] as { readonly vector?: string; readonly group?: string };
    return {
      ...{ id, reads: read.vector ?? read.group ?? '', bytes, isComputed: row['computed'] as boolean },
      ...{ rows: row['rows'] as number | null, isAtWork: row['at_work'] as boolean },
      ...{ begunAt: Number(row['begun']), touchedAt: Number(row['touched']) },
    };
  });
}

/**
 * Drops a run with all that it has computed.
 * @returns false where there is none of this name
 * @throws where a process is at it
 */
export async function dropTrainingRun(pool: pg.Pool, id: string): Promise<boolean> {
  const lease = await takeRun(pool, id);
  try {
    return await withTransaction(pool, async client => {
      const [row] = await queryRows(client, `select to_regnamespace($1) is not null as present`, [
        runSchema(id),
      ]);
      if (row!['present'] !== true) return false;
      await client.query(`drop schema ${runSchema(id)} cascade`);
      return true;
    });
  } finally {
    await lease.end();
  }
}
