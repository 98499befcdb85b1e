/** Loading as a process does it: the files of a project are TypeScript, and run in the process that reads them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(repository, '.skewless', 'projects');
let root: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  root = mkdtempSync(join(folder, 'load-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a process prints that runs this body, with `config` (runtime/config) and `root` at hand. */
function run(body: string): string {
  write(
    'main.ts',
    `import * as config from '${repository}runtime/config/index.ts';
     import { Worker, isMainThread } from 'node:worker_threads';
     const root = ${JSON.stringify(root)};
     const tell = (error: unknown): void => console.log((error as Error).name + ': ' + (error as Error).message);
     ${body}`,
  );
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', join(root, 'main.ts')],
    { cwd: repository, encoding: 'utf8' },
  );
  return stdout + stderr;
}

const load =
  'await config.loadConfig(root, undefined, {}).then(({ settings }) => console.log(settings.serve.http!.port), tell);';
const loadPrograms = `await config.loadProgram(root, root + '/generated').then(({ serving }) => console.log(serving.fingerprint), tell);`;

describe('a configuration', () => {
  test('is TypeScript with imports of its own', () => {
    write('ports.ts', 'export enum Port { http = 9191 }\n');
    write(
      'skewless.config.ts',
      `import { defineConfig } from '${repository}runtime/config/index.ts';
       import { Port } from './ports.ts';
       export default defineConfig({ serve: { http: { port: Port.http } } });`,
    );
    expect(run(load)).toBe('9191\n');
  });

  test('is read in a worker thread too', () => {
    const worker = `import { register } from 'tsx/esm/api'; register(); await import(process.argv[2]);`;
    write('worker.mjs', worker);
    const start = `if (isMainThread) new Worker(new URL('worker.mjs', import.meta.url), { argv: [import.meta.url] });`;
    expect(run(`${load} ${start}`)).toBe('9191\n9191\n');
  });

  test('that throws, exports nothing, or is not there is an error in words', () => {
    write('throws.ts', `throw new Error('no brokers today');`);
    write('empty.ts', 'export {};');
    const named = ['throws.ts', 'empty.ts', 'absent.ts'].map(
      name => `await config.loadConfig(root, '${name}', {}).catch(tell);`,
    );
    expect(run(named.join('\n')).trim().split('\n')).toEqual([
      'ConfigError: throws.ts has a problem:',
      '  it cannot be run: no brokers today',
      'ConfigError: empty.ts has a problem:',
      '  must export its configuration as default: export default defineConfig({ … }); it exports none',
      'ConfigError: absent.ts has a problem:',
      '  there is no such file',
    ]);
  });

  test('of a slightly other name is found out', () => {
    write('elsewhere/skewles.config.ts', '');
    expect(run(`await config.loadConfig(root + '/elsewhere', undefined, {}).catch(tell);`)).toContain(
      'is it skewles.config.ts?',
    );
  });
});

describe('a generated program', () => {
  const stream = (abi: number, fingerprint: string): string =>
    `export const program = { abi: ${abi}, fingerprint: '${fingerprint}', sources: [], groups: [], vectors: [] };`;
  const serving = (fingerprint: string): string =>
    `export const serving = { abi: 1, fingerprint: '${fingerprint}', sources: [], served: [] };`;

  test('that is missing asks for a run of the generator', () => {
    expect(run(loadPrograms)).toContain(
      'ProgramError: there is no generated/stream/index.ts: run `npm run generate`',
    );
  });

  test('is loaded whole', () => {
    write('generated/stream/index.ts', stream(1, 'abc'));
    write(
      'generated/sql/index.ts',
      'export const program = { schema: [], sources: [], groups: [], vectors: [] };',
    );
    write('generated/serving.ts', serving('abc'));
    expect(run(loadPrograms)).toBe('abc\n');
  });

  test('of two generations, of another ABI, or that throws is refused', () => {
    write('generated/serving.ts', serving('abd'));
    expect(run(loadPrograms)).toContain(
      'the files of generated/ are of two generations: run `npm run generate`',
    );
    write('generated/serving.ts', serving('abc'));
    write('generated/stream/index.ts', stream(999, 'abc'));
    expect(run(loadPrograms)).toContain('generated/ was generated for ABI 999, and this is ABI 1');
    write('generated/stream/index.ts', `import { gone } from 'skewless/abi'; export const program = gone;`);
    expect(run(loadPrograms)).toMatch(
      /generated\/stream\/index\.ts cannot be loaded: SyntaxError: .*gone.*\. Run `npm run generate`/,
    );
    write('generated/stream/index.ts', 'export const programme = 1;');
    expect(run(loadPrograms)).toContain('does not export program: run `npm run generate`');
  });

  test('shares its structures with the runtime that loads it', () => {
    write(
      'generated/stream/index.ts',
      `import { IntegerColumn } from 'skewless/abi'; export const program = { abi: 1, fingerprint: 'abc', sources: [], groups: [], vectors: [], IntegerColumn };`,
    );
    const same = `import { IntegerColumn } from '${repository}runtime/abi.ts';
      const { stream } = await config.loadProgram(root, root + '/generated');
      console.log((stream as unknown as { IntegerColumn: unknown }).IntegerColumn === IntegerColumn);`;
    expect(run(same)).toBe('true\n');
  });
});
