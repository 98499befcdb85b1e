import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../runtime/postgres/embedded.ts';
import type { PostgresServer } from '../../runtime/postgres/embedded.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { until } from './support/archivers.ts';
import { expectedLines, expectSame, refusedLines, storedLines } from './support/contents.ts';
import { seededLog } from './support/seeded-log.ts';

const settings = runSettings({ seed: 5, runs: 10, values: 0 });
const records = 30_000;
const root = fileURLToPath(new URL('../../', import.meta.url));

let server: PostgresServer;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ existingServer: '' });
});
afterAll(async () => {
  await server?.stop();
});

interface Archiver {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<unknown>;
}

function start(database: string): Archiver {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=source', '--import', 'tsx', 'test/archive/support/archiver-process.ts'],
      ...[server.connection.host, database, String(settings.seed), String(records)],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', line => lines.push(line));
  return { process: child, lines, ended: once(child, 'exit') };
}

it('a process killed at any moment leaves a history that the next one goes on with, exactly', async () => {
  const random = new Random(settings.seed);
  const connection = await server.createDatabase('killed');
  const pool = createPool(connection);
  const committed: number[] = [];
  try {
    // Starting takes longest: the next process is there before the last one is killed, and waits for its turn.
    let next = start('killed');
    for (let round = 0; round < settings.runs; round += 1) {
      const archiver = next;
      next = start('killed');
      await until(
        'it archives',
        () => archiver.lines.includes('archiving') || archiver.process.exitCode !== null,
      );
      const words = archiver.lines.length + random.below(2);
      const turns = random.below(12);
      await until(
        'it is its time',
        () => archiver.lines.length >= words || archiver.process.exitCode !== null,
      );
      for (let turn = 0; turn < turns; turn += 1) await pool.query('select pg_sleep(0.002)');
      archiver.process.kill('SIGKILL');
      await archiver.ended;
      committed.push(archiver.lines.filter(line => line === 'committed').length);
    }
    await next.ended;
    expect(next.process.exitCode).toBe(0);
    const log = seededLog(settings.seed, records);
    for (const source of ['clicks', 'views']) {
      const expected = expectedLines(log, source);
      expectSame(await storedLines(pool, source), expected.stored);
      expectSame(await refusedLines(pool, source), expected.refused);
    }
    // Killed while it worked: not all of the work was done by the last one.
    expect(committed.filter(count => count > 0).length, committed.join()).toBeGreaterThan(2);
  } finally {
    await pool.end();
  }
});
