// Control path. An import taken out again: from then on the history is as if it had never been made, but for its number
// (semantics §10.61).
import type pg from 'pg';
import { queryRows, withTransaction } from '../history/client.ts';
import { lockImports } from '../history/import-number.ts';
import { readImports } from '../history/import-registry.ts';
import type { Import } from '../history/import-registry.ts';
import { instantText } from '../history/instants.ts';
import { importTopic } from '../history/partitions.ts';
import type { SqlProgram, SqlSource } from '../history/program.ts';
import { ImportError } from './options.ts';
import { storedSource } from './stored-source.ts';

export interface DropOptions {
  readonly source: string;
  readonly import: number;
  /** Says what would go, and changes nothing. */
  readonly dryRun?: boolean;
}

/**
 * Drops an import with all its rows. All or nothing; who reads the history meanwhile sees it whole or not at all.
 * @returns what it was
 * @throws ImportError where there is none of this number
 */
export async function dropImport(
  pool: pg.Pool,
  program: SqlProgram,
  { source: name, import: number, dryRun = false }: DropOptions,
): Promise<Import> {
  const source = storedSource(program, name);
  return await withTransaction(pool, async client => {
    await lockImports(client);
    const found = await importToDrop(client, name, number);
    if (!dryRun) await dropRows(client, source, number);
    return found;
  });
}

/** All imports that are there or were, in order of source and number. @param source of this one; null: all */
export async function listImports(pool: pg.Pool, source: string | null): Promise<readonly Import[]> {
  return await withTransaction(pool, client => readImports(client, source));
}

/** @throws ImportError where it is not there, or others were made of what it left */
export async function importToDrop(client: pg.ClientBase, source: string, number: number): Promise<Import> {
  const imports = await readImports(client, source);
  const found = imports.find(each => each.number === number);
  if (found === undefined) {
    const present = imports.filter(({ droppedAt }) => droppedAt === null).map(each => each.number);
    const those = present.length === 0 ? 'none' : present.join(', ');
    throw new ImportError(`${source} has no import ${number}; there is ${those}`);
  }
  if (found.droppedAt !== null)
    throw new ImportError(`import ${number} of ${source} was dropped at ${instantText(found.droppedAt)}`);
  const [later] = await queryRows(
    client,
    `select min(reingested_epoch) as import from "history"."refused"
     where source = $1 and topic = ${importTopic} and epoch = $2 and reingested_epoch is not null`,
    [source, number],
  );
  if (later!['import'] !== null)
    throw new ImportError(
      `rows of import ${number} of ${source} that were refused have been ingested again, as import ${String(later!['import'])}: drop that first`,
    );
  return found;
}

/** In the transaction of one who holds the imports' lock. */
export async function dropRows(client: pg.ClientBase, source: SqlSource, number: number): Promise<void> {
  const { name, table } = source;
  const place = [name, number];
  await client.query(`delete from ${table} where _topic = ${importTopic} and _epoch = $1`, [number]);
  await client.query(
    `delete from "history"."refused" where source = $1 and topic = ${importTopic} and epoch = $2`,
    place,
  );
  // What had been refused elsewhere and was ingested as this import is to be tried again.
  await client.query(
    `update "history"."refused" set reingested_epoch = null, reingested_at = null where source = $1 and reingested_epoch = $2`,
    place,
  );
  await client.query(
    `delete from "history"."frontier" where source = $1 and topic = ${importTopic} and epoch = $2`,
    place,
  );
  await client.query(
    `update "history"."imports" set dropped_at = now() where source = $1 and epoch = $2`,
    place,
  );
}
