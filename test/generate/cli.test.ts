import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { PATIENCE } from '../support/patient.ts';

// The command as a user runs it: a process of its own, from the repository, with the project told by --root.

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(repository, '.skewless', 'projects');

const declarations = (where: string, more = ''): string => `import { z } from 'zod';
import { entity, features, int, stream, timestamp } from 'skewless';
import { limit } from '../lib/limit.ts';
const events = stream('events', { schema: z.object({ user_id: int(), level: int(), at: timestamp() }), eventTime: 'at' });
export const activity = features('activity', {
  entity: entity('user', { user_id: int() }),
  features: { n: events.count({ where: e => ${where} }) },
});
${more}`;

let root: string;

function project(files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  root = mkdtempSync(join(folder, 'cli-'));
  write(
    'tsconfig.json',
    JSON.stringify({ extends: '../../../tsconfig.json', include: ['features'], exclude: [] }),
  );
  write('lib/limit.ts', 'export const limit = 3;\n');
  for (const [path, text] of Object.entries(files)) write(path, text);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

function start(...options: string[]): {
  process: ChildProcess;
  output: () => string;
  exit: Promise<number | null>;
} {
  const process = spawn(
    'node',
    ['--conditions=source', '--import', 'tsx', 'cli/index.ts', 'generate', '--root', root, ...options],
    { cwd: repository, env: { ...globalThis.process.env, NO_COLOR: '1' } },
  );
  let output = '';
  for (const stream of [process.stdout, process.stderr])
    stream.on('data', chunk => void (output += String(chunk)));
  const exit = new Promise<number | null>(resolve => process.on('close', resolve));
  return { process, output: () => output, exit };
}

async function run(...options: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const { exit, output } = start(...options);
  return { code: await exit, output: output() };
}

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('--check tells stale from clean, and writes nothing', async () => {
  project({ 'features/a.ts': declarations('e.level > limit') });
  expect((await run()).code).toBe(0);
  expect(await run('--check')).toMatchObject({ code: 0 });
  write('lib/limit.ts', 'export const limit = 4;\n');
  const before = read('generated/stream/activity.ts');
  const { code, output } = await run('--check');
  expect(code).toBe(1);
  expect(output).toContain('--- a/generated/stream/activity.ts');
  expect(output).toContain('Repair: npm run generate');
  expect(read('generated/stream/activity.ts')).toBe(before);
});

test('a user’s own file is neither removed nor written over', async () => {
  project({
    'features/a.ts': declarations('e.level > limit'),
    'generated/mine/notes.ts': 'export const mine = 1;\n',
    'generated/client/index.ts': 'export const mine = 2;\n',
  });
  const { code, output } = await run();
  expect(code).toBe(1);
  expect(output).toContain('skewless did not write generated/client/index.ts; nothing was written');
  expect(existsSync(join(root, 'generated/stream'))).toBe(false);
  rmSync(join(root, 'generated/client/index.ts'));
  expect((await run()).code).toBe(0);
  expect(read('generated/mine/notes.ts')).toBe('export const mine = 1;\n');
});

test.each([
  [['--features', 'nope'], 'there is no folder'],
  [['--out', '.'], 'lie in each other'],
  [['--out', 'features/generated'], 'lie in each other'],
  [['--out', 'lib/limit.ts'], 'ENOTDIR'],
  [['--chek'], 'Did you mean --check?'],
  [['--check', '--watch'], "option '--check' cannot be used with option '--watch'"],
])('%j is an error in a line', async (options, message) => {
  project({ 'features/a.ts': declarations('e.level > limit') });
  const { code, output } = await run(...options);
  expect(code).toBe(1);
  expect(output).toContain(message);
  expect(output).not.toMatch(/^ {4}at /m);
});

test('what TypeScript refuses is told, whatever the analysis meets', async () => {
  const more = `export const other = features('other', { entity: entity('user', { user_id: int() }) });\n`;
  project({ 'features/a.ts': declarations('e.level > limit', more) });
  const { code, output } = await run();
  expect(code).toBe(1);
  expect(output).toContain('features/a.ts:9:40 error SK100: Argument of type');
  expect(output).toContain("Property 'features' is missing");
  expect(output).toContain('a problem in features/; nothing was written');
});

test('a promise left behind rejected is an error at its statement', async () => {
  project({ 'features/a.ts': declarations('e.level > limit', `void Promise.reject(new Error('boom'));\n`) });
  const { code, output } = await run();
  expect(code).toBe(1);
  expect(output).toContain('features/a.ts:9:1 error SK103: running this throws Error: boom');
});

test('--watch goes on after an error, and sees what the declarations import', async () => {
  project({ 'features/a.ts': declarations('e.level > limit') });
  const { process, output, exit } = start('--watch');
  const seen = (text: string): Promise<void> =>
    expect.poll(output, { timeout: PATIENCE, interval: 50 }).toContain(text);
  try {
    await seen(' written (');
    write('features/a.ts', declarations('e.levle > limit'));
    await seen("'levle' does not exist");
    write('features/a.ts', declarations('e.level > limit'));
    await seen('up to date');
    write('lib/limit.ts', 'export const limit = 70;\n');
    await expect
      .poll(() => read('generated/stream/activity.ts'), { timeout: PATIENCE, interval: 50 })
      .toContain('level > 70');
    process.kill('SIGINT');
    expect(await exit).toBe(0);
  } finally {
    process.kill('SIGKILL');
  }
});
