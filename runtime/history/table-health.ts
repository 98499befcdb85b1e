// Control path. Whether PostgreSQL knows the tables of the history. Rows are staged by plans that these statistics make,
// and by them it is weighed whether records are found by key or all looked at. For that the schema has made the indexes
// that help: by the keys of groups, and by arrival. Both fetch the records themselves, never the index alone, so VACUUM,
// which marks what an index alone may answer, saves a training set nothing.
import type pg from 'pg';
import { queryRows } from './client.ts';
import type { SqlProgram, SqlSource } from './program.ts';
import { quoteText } from './relations.ts';
import { resolveRead } from './resolve-read.ts';
import type { ReadTarget } from './resolve-read.ts';
import { rowsOf } from './session.ts';
import type { AnyDatabase } from './session.ts';

export interface TableHealth {
  readonly source: string;
  /** As the statistics have it. */
  readonly rows: number;
  /** Months, or the table as a whole, of which there are no statistics, or those of another time: quoted names. */
  readonly wantAnalyze: readonly string[];
}

/** The share of rows that may have changed since the statistics were made. */
const staleShare = 0.2;

export async function tableHealth(
  db: AnyDatabase,
  sources: readonly SqlSource[],
): Promise<readonly TableHealth[]> {
  const health: TableHealth[] = [];
  for (const source of sources) health.push(healthOf(source, await rowsOf(db, partsQuery(source))));
  return health;
}

/**
 * Makes what {@link tableHealth} names: statistics.
 * @returns the statements that were run
 */
export async function prepareHistory(
  pool: pg.Pool,
  program: SqlProgram,
  target: ReadTarget,
): Promise<readonly string[]> {
  const { allSources } = resolveRead(program, target);
  const client = await pool.connect();
  const done: string[] = [];
  try {
    for (const source of program.sources.filter(({ name }) => allSources.includes(name))) {
      for (const part of healthOf(source, await queryRows(client, partsQuery(source))).wantAnalyze) {
        const statement = `analyze ${part}`;
        await client.query(statement);
        done.push(statement);
      }
    }
    return done;
  } finally {
    client.release();
  }
}

/** The leaves of a table that have anything in them. */
const partsQuery = ({ table }: SqlSource): string => `
  select format('%I.%I', n.nspname, c.relname) as name, c.reltuples::float8 as rows,
    coalesce(pg_stat_get_mod_since_analyze(c.oid), 0)::float8 as changed
  from pg_partition_tree(${quoteText(table)}::regclass) as p
  join pg_class as c on c.oid = p.relid join pg_namespace as n on n.oid = c.relnamespace
  where p.isleaf and c.relkind = 'r' and pg_relation_size(c.oid) > 0 order by 1`;

function healthOf({ name }: SqlSource, parts: readonly Readonly<Record<string, unknown>>[]): TableHealth {
  const found = parts.map(part => ({
    name: part['name'] as string,
    // −1: never counted.
    rows: Math.max(part['rows'] as number, 0),
    isWanted:
      (part['rows'] as number) < 0 || (part['changed'] as number) > staleShare * (part['rows'] as number),
  }));
  return {
    source: name,
    rows: found.reduce((sum, { rows }) => sum + rows, 0),
    wantAnalyze: found.filter(({ isWanted }) => isWanted).map(part => part.name),
  };
}
