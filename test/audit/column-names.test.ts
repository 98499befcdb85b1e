import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyReads } from '../../runtime/audit/index.ts';
import { Random } from '../support/random.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { all, frontierSession, serveAndLog, servingOf } from './support.ts';

// Columns with the names that our own SQL gives to relations: there `h` is the row of the history no more.

const declared = `import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

export const clicks = stream('clicks', {
  schema: z.object({ h: int(), r: int(), b: z.string().nullable(), e: timestamp() }),
  eventTime: 'e',
  kafka: { topic: 'clicks' },
});

export const visitors = features('visitors', {
  entity: entity('visitor', { h: int() }),
  features: { total: clicks.sum(row => row.r), last_b: clicks.last(2, row => row.b) },
});
`;

let project: TemporaryProject;
let database: ProgramDatabase;

beforeAll(async () => {
  project = await temporaryProject({ 'clicks.ts': declared });
  database = await databaseFor(project.program.sql);
});

afterAll(async () => {
  await database?.end();
  project?.remove();
});

test('an event that was altered is named with its row, whatever its columns are called', async () => {
  const plan = servingOf(project.program);
  const session = frontierSession(project.program, new Random(20_261_129));
  await fillHistory(database, project.program, session.order);
  await serveAndLog(project.program, database, session, plan);
  expect(await verifyReads(database.db, project.program.sql, plan, all)).toMatchObject({ differing: 0 });
  await sql.raw(`update "history"."clicks" set "r" = 1234567`).execute(database.db);
  const { differences } = await verifyReads(database.db, project.program.sql, plan, all);
  expect(differences.length).toBeGreaterThan(0);
  const [row] = differences.flatMap(({ behind }) => behind?.events.map(event => event.row) ?? []);
  expect(row).toMatchObject({ r: '1234567' });
  expect(Object.keys(row!).sort()).toEqual(expect.arrayContaining(['e', 'h', 'r']));
});
