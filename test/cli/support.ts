import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A project of a test's own, inside the repository, whose packages it so has. */
export interface TestProject {
  readonly root: string;
  write(path: string, text: string): void;
  remove(): void;
}

export function testProject(files: Readonly<Record<string, string>> = {}): TestProject {
  const folder = join(repository, '.skewless', 'projects');
  mkdirSync(folder, { recursive: true });
  const root = mkdtempSync(join(folder, 'cli-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { root, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A generated program with a source and nothing to serve. */
export const emptyProgram = {
  'generated/stream/index.ts':
    "export const program = { abi: 1, fingerprint: 'abc', sources: [], groups: [], vectors: [] };",
  'generated/sql/index.ts': 'export const program = { schema: [], sources: [], groups: [], vectors: [] };',
  'generated/serving.ts': `export const serving = { abi: 1, fingerprint: 'abc', served: [], sources: [
    { kind: 'stream', name: 'views', doc: null, topics: [], arrival: 'log', time: null, columns: [] } ] };`,
} as const;

/** The text of a configuration. */
export function configText(body: string): string {
  return `import { defineConfig } from '${repository}runtime/config/index.ts';\nexport default defineConfig(${body});\n`;
}

export interface Started {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
}

/** The command as a user runs it: a process of its own. */
export function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  nodeFlags: readonly string[] = [],
): Started {
  const flags = [...nodeFlags, '--conditions=source', '--import', 'tsx', 'cli/index.ts'];
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: repository,
    env: { ...process.env, NO_COLOR: '1', ...environment },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', chunk => void (output.stdout += String(chunk)));
  child.stderr.on('data', chunk => void (output.stderr += String(chunk)));
  const exit = new Promise<number | null>(resolve => child.on('close', resolve));
  return { process: child, stdout: () => output.stdout, stderr: () => output.stderr, exit };
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(...given: Parameters<typeof start>): Promise<Ran> {
  const { exit, stdout, stderr } = start(...given);
  const code = await exit;
  return { code, stdout: stdout(), stderr: stderr() };
}
