import { sql } from 'kysely';
import type { ProgramDatabase } from './database.ts';
import type { ThreeWayProgram } from './program.ts';

/** Says of the history that nothing more will come: no read is ahead of it. */
export async function completeHistory({ db }: ProgramDatabase, program: ThreeWayProgram): Promise<void> {
  for (const { name } of program.sql.sources) {
    await sql`insert into "history"."frontier" values (${name}, 99, 0, 0, 0, '-infinity', 'infinity')`.execute(
      db,
    );
  }
  await sql`update "history"."frontier" set complete_until = 'infinity'`.execute(db);
}
