import { sql } from 'kysely';
import { appendHistory, historyDecoder } from '../../../runtime/history/index.ts';
import type { LoggedRecord } from '../history/history.ts';
import type { ProgramDatabase } from './database.ts';
import type { ThreeWayProgram } from './program.ts';
import type { RefusedPlaces } from './verdicts.ts';

/**
 * Writes the records to the history, which is emptied first, in two batches of which the second begins with records
 * of the first: a batch that is sent again.
 * @returns what the history's refused table says
 */
export async function fillHistory(
  { db, pool }: ProgramDatabase,
  program: ThreeWayProgram,
  order: readonly LoggedRecord[],
): Promise<RefusedPlaces> {
  for (const { table } of program.sql.sources) await sql.raw(`truncate ${table}`).execute(db);
  await sql.raw('truncate "history"."frontier", "history"."refused"').execute(db);
  const records = order.map(historyDecoder(program.stream));
  const middle = Math.floor(records.length / 2);
  await appendHistory(pool, program.sql, records.slice(0, middle));
  await appendHistory(pool, program.sql, records.slice(Math.max(0, middle - 10)));
  const { rows } = await sql<Record<string, string>>`
    select source || '/' || topic || '/' || epoch || '/' || partition || '/' || "offset" as place, reason, "column" from "history"."refused"`.execute(
    db,
  );
  return new Map(
    rows.map(({ place, reason, column }) => [place!, { reason: reason!, column: column ?? null }]),
  );
}
