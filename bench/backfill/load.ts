// Loads the flights of bench/backfill.ts, and ends:
//   load.ts <connection, as JSON> <dense|sparse> <events> <spine rows>
import { Kysely, PostgresDialect } from 'kysely';
import { program } from '../../generated/sql/index.ts';
import { installSchema } from '../../runtime/history/index.ts';
import type { PostgresConnection } from '../../runtime/postgres/pool.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { fillHistory, loadDense, loadSparse } from './flights.ts';

const [connection, title, events, spine] = process.argv.slice(2) as [string, string, string, string];
const pool = createPool(JSON.parse(connection) as PostgresConnection);
const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
await installSchema(db, program);
await (title === 'dense' ? loadDense : loadSparse)(pool, Number(events));
await fillHistory(pool, Number(spine));
await db.destroy();
