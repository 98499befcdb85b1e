/** From an empty folder to a service that answers, and to its end: the command, with a file for a source. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listensAt } from '../support/listens-at.ts';
import { PATIENCE } from '../support/patient.ts';
import { repository, run, start, testProject } from './support.ts';
import type { Started, TestProject } from './support.ts';

let project: TestProject;
/** With any free port, and then with that one. */
let environment: Readonly<Record<string, string>> = { SKEWLESS_HTTP_PORT: '0' };
let service: Started | null = null;

beforeAll(async () => {
  project = testProject();
  for (const part of ['features', 'data']) {
    cpSync(join(repository, 'template', part), join(project.root, part), { recursive: true });
  }
  const tsconfig = JSON.parse(readFileSync(join(repository, 'template', 'tsconfig.json'), 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  // The package is this repository, and what is built of it may be old or not there.
  tsconfig.compilerOptions['customConditions'] = ['source'];
  project.write('tsconfig.json', JSON.stringify(tsconfig));
  const config = readFileSync(join(repository, 'template', 'skewless.config.ts'), 'utf8');
  project.write(
    'skewless.config.ts',
    config.replace('skewless/config', `${repository}runtime/config/index.ts`),
  );
  expect(await run(['generate', '--root', project.root])).toMatchObject({ code: 0 });
});
afterAll(() => {
  service?.process.kill('SIGKILL');
  project.remove();
});

const get = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
  const response = await fetch(`http://127.0.0.1:${environment['SKEWLESS_HTTP_PORT']}${path}`);
  return { status: response.status, text: await response.text() };
};

const whenReady = async (service: Started): Promise<void> => {
  const { port } = new URL(await listensAt(service.stdout, service.exit));
  environment = { SKEWLESS_HTTP_PORT: port };
  const readiness = (): Promise<number> => get('/readyz').then(({ status }) => status);
  await expect.poll(readiness, { timeout: PATIENCE, interval: 50 }).toBe(200);
};

test('run serves what the file holds, and status tells of it', async () => {
  service = start(['run', '--root', project.root], environment);
  await whenReady(service);
  const answer = await get('/v1/groups/user_views?user_id=1');
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.text).toContain('"last_3_pages":["/prices","/prices","/"]');
  const metrics = await get('/metrics');
  expect(metrics.text).toContain('skewless_events_total{source="page_views",fate="counted"} 4');

  const status = await run(['status', '--root', project.root], environment);
  expect(status).toMatchObject({ code: 0 });
  expect(status.stdout).toMatch(/^skewless \S+: ready, up for /);
  // Read to its end, a file is a log without news.
  expect(status.stdout).toMatch(/^ {2}page_views +page-views\.ndjson +running +0 +0 s /m);
  expect(metrics.text).toContain('skewless_connected{part="files"} 1');
});

test.each([
  ['a port', { SKEWLESS_STATE_DIRECTORY: 'other' }, 'another process has the port (EADDRINUSE)'],
  ['a state', { SKEWLESS_HTTP_PORT: '0' }, 'is in use by process'],
])('%s that is taken is one line in the log, and exit code 1', async (_what, change, reason) => {
  const other = await run(['run', '--root', project.root], { ...environment, ...change });
  expect(other).toMatchObject({ code: 1, stderr: '' });
  const fatal = other.stdout.split('\n').filter(line => line.includes('"level":"fatal"'));
  expect(fatal).toHaveLength(1);
  expect(fatal[0]).toContain(reason);
});

test('SIGTERM ends it in order, and status then tells of the disk', async () => {
  service!.process.kill('SIGTERM');
  expect(await service!.exit).toBe(0);
  expect(service!.stdout()).toContain('"msg":"stopped"');
  const resting = await run(['status', '--root', project.root], environment);
  expect(resting.code).toBe(1);
  expect(resting.stdout).toContain('it would go on from the checkpoint of ');
  expect(resting.stdout).toMatch(/^ {2}page_views +0 +\d+ +0 +4$/m);
});
