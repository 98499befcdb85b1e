import { afterAll, beforeAll, expect, test } from 'vitest';
import { pino } from 'pino';
import { readConfig } from '../../runtime/config/index.ts';
import type { Programs } from '../../runtime/config/index.ts';
import { stateBuilder } from '../../runtime/service/build-state.ts';
import { restartablePostgres } from '../archive/support/restartable-postgres.ts';
import type { RestartablePostgres } from '../archive/support/restartable-postgres.ts';
import { program as stream, sql } from '../archive/support/program.ts';
import { urlOf } from '../support/postgres.ts';

let server: RestartablePostgres;
beforeAll(async () => {
  server = await restartablePostgres();
  await server.stop('INT');
});
afterAll(() => server.remove());

const lines: string[] = [];
const log = pino(
  { level: 'info' },
  { write: line => void lines.push((JSON.parse(line) as { msg: string }).msg) },
);

function builder(database: string): () => Promise<unknown> {
  const url = urlOf({ ...server.connection, database });
  const { settings } = readConfig(
    { history: { url } },
    { root: '/project', file: 'the test', environment: {} },
  );
  const programs: Programs = { stream, sql, serving: { abi: 1, fingerprint: 'f', sources: [], served: [] } };
  return stateBuilder(programs, settings, { now: () => Date.now() * 1000, log })!;
}

test('a PostgreSQL that is away at the start is waited for, which is said once; what no waiting mends is an error', async () => {
  const building = builder('postgres')();
  const away = 'the state is to be built from the history, and PostgreSQL is away: waiting for it';
  await expect.poll(() => lines).toContain(away);
  await new Promise(resolve => setTimeout(resolve, 1500));
  await server.start();
  expect(await building).toBeNull();
  expect(lines).toEqual([away, 'the history is empty']);
  await expect(builder('nowhere')()).rejects.toThrow(
    /the state is to be built from the history, and that failed: database "nowhere" does not exist/,
  );
});
