// Control path. Which imports there are, and were: a number that a state or an audit log knows is never of another one.
import type pg from 'pg';
import { queryRows } from './client.ts';
import { instantConstant } from './instants.ts';

/** An import of a source that has rows in the history. Instants in µs. */
export interface Import {
  readonly source: string;
  /** The epoch of its records. */
  readonly number: number;
  /** What it was made of, for the eye. */
  readonly from: string;
  readonly digest: string;
  readonly stored: number;
  readonly refused: number;
  /** The first and the last event time of a stream's rows, of a table's the first and the last commit time. */
  readonly first: number;
  readonly last: number;
  /** Null: it was not cut. */
  readonly cut: number | null;
  readonly importedAt: number;
  /** Null: it is there. */
  readonly droppedAt: number | null;
}

/** Imports in order of source and number. @param source of this one; null: all */
export async function readImports(client: pg.ClientBase, source: string | null): Promise<readonly Import[]> {
  const us = (column: string): string => `"skewless".us(${column}) as ${column}`;
  const rows = await queryRows(
    client,
    `select source, epoch, "from", digest, stored, refused,
       ${['first_at', 'last_at', 'cut', 'imported_at', 'dropped_at'].map(us).join(', ')}
     from "history"."imports" where $1::text is null or source = $1 order by source, epoch`,
    [source],
  );
  return rows.map(row => {
    const instant = (column: string): number | null => (row[column] === null ? null : Number(row[column]));
    return {
      source: row['source'] as string,
      number: row['epoch'] as number,
      from: row['from'] as string,
      digest: row['digest'] as string,
      stored: Number(row['stored']),
      refused: Number(row['refused']),
      first: instant('first_at')!,
      last: instant('last_at')!,
      cut: instant('cut'),
      importedAt: instant('imported_at')!,
      droppedAt: instant('dropped_at'),
    };
  });
}

/** Notes an import with its rows, in their transaction. */
export async function noteImport(
  client: pg.ClientBase,
  made: Omit<Import, 'importedAt' | 'droppedAt'>,
): Promise<void> {
  const { source, number, digest, from, cut, stored, refused, first, last } = made;
  const instants = [cut, first, last].map(us => (us === null ? 'null' : instantConstant(us)));
  await client.query(
    `insert into "history"."imports" (source, epoch, digest, "from", stored, refused, cut, first_at, last_at)
     values ($1, $2, $3, $4, $5, $6, ${instants.join(', ')})`,
    [source, number, digest, from, stored, refused],
  );
}
