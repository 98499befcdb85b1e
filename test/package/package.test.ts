/**
 * The package as a user meets it: packed, installed into an empty folder, and taken through its first steps.
 * Nothing here comes from the checkout but the tarball.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listensAt } from '../support/listens-at.ts';
import { PATIENCE } from '../support/patient.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skewless-package-'));
const project = join(folder, 'project');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a terminal shows, both streams; an exit code other than 0 throws with it. */
function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${[command, ...args].join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

/** Without what vitest and npm tell their children: the project is nobody's workspace. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|VITEST|NODE_ENV$)/.test(name) || name === 'npm_config_cache',
  ),
);

/** Strictly: what asks for a newer Node than this one is an error. */
const npm = ['--engine-strict', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

beforeAll(() => {
  mkdirSync(project);
  run(root, 'npm', 'pack', '--silent', '--pack-destination', folder);
  const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))!;
  run(project, 'npm', 'install', ...npm, join(folder, tarball));
  run(project, 'npx', '--no-install', 'skewless', 'init');
  run(project, 'npm', 'install', ...npm);
}, 300_000);

describe('a new project', () => {
  test('has a first feature, its test, and a package.json with all it needs', () => {
    const written = readdirSync(project, { recursive: true, encoding: 'utf8' }).filter(
      name => !name.startsWith('node_modules'),
    );
    expect(written).toEqual(
      expect.arrayContaining([
        '.gitignore',
        'tsconfig.json',
        'skewless.config.ts',
        'data/page-views.ndjson',
        'features/page-views.ts',
        'test/user-views.test.ts',
      ]),
    );
    const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    expect(Object.keys(manifest['dependencies']!).sort()).toEqual(['kysely', 'skewless', 'zod']);
    expect(manifest['type']).toBe('module');
    expect(manifest['scripts']).toMatchObject({ start: 'skewless run', status: 'skewless status' });
  });

  test('generates, type-checks, and passes its own test: oracle and engine agree', () => {
    expect(run(project, 'npx', '--no-install', 'skewless', 'generate')).toContain('5 features in 1 group');
    expect(existsSync(join(project, 'generated/client/index.ts'))).toBe(true);
    run(project, 'npm', 'run', 'check');
    expect(run(project, 'npm', 'test')).toMatch(/pass 3/);
  });

  test('tells its configuration, and what is wrong with it', () => {
    const told = run(project, 'npx', '--no-install', 'skewless', 'config', '--json');
    expect(JSON.parse(told)).toMatchObject({ serve: { http: { host: '127.0.0.1', port: 8080 } } });
    writeFileSync(
      join(project, 'wrong.config.ts'),
      `import { defineConfig } from 'skewless/config';\nexport default defineConfig({ logs: {} } as object);\n`,
    );
    expect(() =>
      run(project, 'npx', '--no-install', 'skewless', 'config', '--config', 'wrong.config.ts'),
    ).toThrow(/logs: there is no such key; did you mean log\?/);
    rmSync(join(project, 'wrong.config.ts'));
  });

  test('serves the features of its first file, and ends when it is told to', async () => {
    const service = spawn(process.execPath, ['node_modules/skewless/dist/cli/index.js', 'run'], {
      cwd: project,
      env: { ...environment, SKEWLESS_HTTP_PORT: '0' },
    });
    let output = '';
    for (const stream of [service.stdout, service.stderr]) {
      stream.on('data', chunk => void (output += String(chunk)));
    }
    const exit = new Promise(resolve => service.once('close', resolve));
    try {
      const url = await listensAt(() => output, exit);
      const status = (): Promise<number> => fetch(`${url}/readyz`).then(response => response.status);
      await expect.poll(status, { timeout: PATIENCE, interval: 50 }).toBe(200);
      const answer = await fetch(`${url}/v1/groups/user_views?user_id=1`);
      expect(await answer.text()).toContain(
        '"views_24h":2,"distinct_pages_7d":2,"mean_seconds_7d":42,"last_3_pages":["/prices","/prices","/"],"is_reader":true',
      );
      service.kill('SIGTERM');
      expect(await exit, output).toBe(0);
    } finally {
      service.kill('SIGKILL');
    }
  });

  test('tells a typo at the typo', () => {
    const file = join(project, 'features/page-views.ts');
    const sound = readFileSync(file, 'utf8');
    writeFileSync(file, sound.replace('view => view.seconds', 'view => view.secnds'));
    expect(() => run(project, 'npx', '--no-install', 'skewless', 'generate')).toThrow(
      /features\/page-views\.ts:\d+:\d+ error SK100: Property 'secnds' does not exist/,
    );
    writeFileSync(file, sound);
  });

  test('is left as it is by a second init', () => {
    const before = readFileSync(join(project, 'package.json'), 'utf8');
    expect(run(project, 'npx', '--no-install', 'skewless', 'init')).toContain('nothing to do');
    expect(readFileSync(join(project, 'package.json'), 'utf8')).toBe(before);
  });
});
