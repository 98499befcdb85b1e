/** A folder made a project: what stands in it. What it does once installed is in test/package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { initialise } from '../../cli/init/initialise.ts';
import { movedTo } from '../../cli/init/moved-to.ts';
import { run, testProject } from './support.ts';

const project = testProject();
afterAll(() => project.remove());

const read = (path: string): string => readFileSync(join(project.root, path), 'utf8');

test('the first events are of the last days, so that the first read finds them', () => {
  initialise(project.root, Date.parse('2030-05-08T12:00:30.250Z'));
  const times = read('data/page-views.ndjson').match(/\d{4}-[^"]+/g);
  expect(times).toEqual([
    '2030-05-02T09:56:30Z',
    '2030-05-08T11:56:30Z',
    '2030-05-08T11:58:30Z',
    '2030-05-08T11:59:30Z',
  ]);
});

test('each package that the scripts and the code name is one of the project’s own', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
  expect(Object.keys(dependencies!)).toEqual(['skewless', 'kysely', 'zod']);
  expect(Object.keys(devDependencies!)).toEqual(['tsx', '@types/node', 'typescript']);
});

test('it says what comes next, from where one stands', async () => {
  const { stdout } = await run(['init', join(project.root, 'more')]);
  expect(stdout).toContain(`next: cd ${join(project.root, 'more')} && npm install && npm run generate`);
  expect(stdout).toContain(`curl 'localhost:8080/v1/groups/user_views?user_id=1'`);
  expect(await run(['init', join(project.root, 'more')])).toMatchObject({ code: 0 });
});

test('instants are moved by one span', () => {
  expect(movedTo('a 2026-01-01T00:00:00Z b 2026-01-02T00:00:05Z', Date.parse('2027-01-02T00:00:05Z'))).toBe(
    'a 2027-01-01T00:00:00Z b 2027-01-02T00:00:05Z',
  );
});
