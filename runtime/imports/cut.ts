// Control path. Where an import ends: before the log begins, so that no record is there twice (semantics §2, §10.51).
import type pg from 'pg';
import { queryRows } from '../history/client.ts';
import type { StoredRecord } from '../history/copy.ts';
import { instantConstant, instantText } from '../history/instants.ts';
import { monthStart, presentMonths } from '../history/months.ts';
import type { SqlSource } from '../history/program.ts';
import { readRetainedOn } from '../history/retained.ts';
import { ImportError } from './options.ts';

/** The first arrival of the log, and of a table's changes the first commit where that is earlier; µs, null: none. */
async function logBeginning(client: pg.ClientBase, source: SqlSource): Promise<number | null> {
  const refused = await leastOf(
    client,
    `min(arrived_at) from "history"."refused" where topic >= 0 and source = $1`,
    [source.name],
  );
  const stored =
    source.kind === 'table'
      ? await leastOf(
          client,
          `least(min(_arrived_at), min(_commit_time)) from ${source.table} where _topic >= 0`,
        )
      : await firstOfMonths(client, source);
  if (stored === null || refused === null) return stored ?? refused;
  return Math.min(stored, refused);
}

/** Month by month: mostly the first tells. */
async function firstOfMonths(client: pg.ClientBase, { name, table }: SqlSource): Promise<number | null> {
  for (const month of [...(await presentMonths(client, name))].sort((a, b) => a - b)) {
    const [start, end] = [month, month + 1].map(each => instantConstant(monthStart(each)));
    const first = await leastOf(
      client,
      `min(_arrived_at) from ${table} where _topic >= 0 and _arrived_at >= ${start} and _arrived_at < ${end}`,
    );
    if (first !== null) return first;
  }
  return null;
}

async function leastOf(
  client: pg.ClientBase,
  what: string,
  values: readonly unknown[] = [],
): Promise<number | null> {
  const [row] = await queryRows(
    client,
    `select "skewless".us(l.least) as us from (select ${what}) as l(least)`,
    values,
  );
  return row!['us'] === null ? null : Number(row!['us']);
}

/** Where an import ends, and where it may not begin. */
export interface Limits {
  /** Rows of this instant or later are left out, µs; null: none is. */
  readonly cut: number | null;
  /** The log has what is of this instant or later, µs; null: the history knows of no log. */
  readonly logBegins: number | null;
  /** Retention has dropped what arrived before, µs; null: nothing. */
  readonly completeFrom: number | null;
}

export async function limitsOf(
  client: pg.ClientBase,
  source: SqlSource,
  until: number | 'log' | null,
): Promise<Limits> {
  const logBegins = await logBeginning(client, source);
  const completeFrom = (await readRetainedOn(client)).get(source.name) ?? null;
  return { cut: until === 'log' ? logBegins : until, logBegins, completeFrom };
}

/** Whether a record is of a time before an instant, µs; before null all are. */
export function isBefore(record: StoredRecord, arrivedAt: number, instant: number | null): boolean {
  if (instant === null) return true;
  return arrivedAt < instant && (record.kind === 'event' || record.commitTime < instant);
}

export function runsIntoTheLog(source: string, rows: number, logBegins: number): ImportError {
  return new ImportError(
    `${rows.toLocaleString('en')} rows are of a time that the log of ${source} has: it begins at ${instantText(logBegins)}. ` +
      `Leave them to the log with --until log, or say with --until <instant> where else the import is to end`,
  );
}

export function isDropped(source: string, completeFrom: number): ImportError {
  return new ImportError(
    `the retention of ${source} has dropped what arrived before ${instantText(completeFrom)}, and would drop these rows again: ` +
      `import rows from then on, or begin a history without that retention`,
  );
}
