import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { generateOnce } from '../../cli/generate/generate-once.ts';
import { acceptChanges } from '../../cli/lock/accept-changes.ts';
import { LockProject, SHOP } from './support.ts';

const CHANGED = SHOP.replace(
  "e.kind === 'buy', over: '7d', default: 0",
  "e.kind === 'buy', over: '14d', default: 0",
);
let project: LockProject;
beforeEach(() => void (project = new LockProject()));
afterEach(() => project.remove());

const read = (path: string): string => readFileSync(join(project.root, path), 'utf8');

interface Run {
  readonly isRight: boolean;
  readonly output: string;
}

/** What a command says, and whether it would exit with 0. */
async function run(command: () => Promise<boolean>): Promise<Run> {
  const lines: string[] = [];
  const take = (line: unknown): void => void lines.push(String(line));
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(take),
    vi.spyOn(console, 'error').mockImplementation(take),
  ];
  try {
    const isRight = await command();
    return { isRight, output: lines.join('\n').replaceAll(/\u001b\[\d+m/g, '') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const generated = (check = false): Promise<Run> =>
  run(() => generateOnce({ root: project.root, features: 'features', out: 'generated', check }));
const locked = (names: readonly string[], all = false): Promise<Run> =>
  run(() => acceptChanges(names, { root: project.root, features: 'features', all }));

test('a change is told until it is accepted, and its version reaches what is served', async () => {
  project.write('features/shop.ts', SHOP);
  expect(await generated()).toMatchObject({ isRight: true });
  const accepted = read('features.lock.json');
  expect(await generated(true)).toMatchObject({ isRight: true });

  project.write('features/shop.ts', CHANGED);
  const changed = await generated();
  expect(changed.isRight).toBe(true);
  expect(changed.output).toContain('spend.revenue: window 7d → 14d\n    with it risk.is_big, risk.per_view,');
  expect(read('features.lock.json')).toBe(accepted);
  expect(read('generated/serving.ts')).toMatch(/name: 'revenue', .*version: 2 }/);
  const served = read('generated/serving.ts');

  const refused = await generated(true);
  expect(refused.isRight).toBe(false);
  expect(refused.output).toContain('spend.revenue: window 7d → 14d');
  expect(refused.output).toContain('npx skewless lock --all');
  expect(await locked([])).toMatchObject({ isRight: false });
  expect(read('features.lock.json')).toBe(accepted);

  const accepting = await locked(['spend.revenue']);
  expect(accepting.isRight).toBe(true);
  expect(accepting.output).toContain('spend.revenue: version 1 → 2');
  expect(accepting.output).toContain('risk.seller_revenue: version 1 → 2');
  expect(accepting.output).not.toContain('spend.views');
  expect(await generated(true)).toMatchObject({ isRight: true });
  expect(read('generated/serving.ts')).toBe(served);
  const lock = read('features.lock.json');
  expect(await generated()).toMatchObject({ isRight: true });
  expect(read('features.lock.json')).toBe(lock);
});

test('a lock that is missing, behind or torn is told, each with its remedy', async () => {
  project.write('features/shop.ts', SHOP);
  expect(await generated()).toMatchObject({ isRight: true });
  rmSync(join(project.root, 'features.lock.json'));
  const missing = await generated(true);
  expect(missing.isRight).toBe(false);
  expect(missing.output).toContain('features.lock.json lacks item_prices.price');
  expect(missing.output).toContain('npm run generate');
  expect(existsSync(join(project.root, 'features.lock.json'))).toBe(false);
  expect(await generated()).toMatchObject({ isRight: true });

  project.write('features.lock.json', read('features.lock.json').slice(0, 500));
  await expect(generated()).rejects.toThrow('features.lock.json is no JSON');
});

test('what cannot be accepted is said', async () => {
  project.write('features/shop.ts', SHOP);
  expect(await generated()).toMatchObject({ isRight: true });
  await expect(locked(['spend'], true)).rejects.toThrow('either features or --all');
  await expect(locked(['spend.revenue'])).rejects.toThrow('nothing of spend.revenue is to be accepted');
  expect(await locked([])).toEqual({ isRight: true, output: 'every feature means what was accepted' });
});

test('the command itself: a lock that cannot be read is a line in words and exit code 1', async () => {
  project.write('features/shop.ts', SHOP);
  project.write('features.lock.json', '{}');
  const child = spawn(
    'node',
    ['--conditions=source', '--import', 'tsx', 'cli/index.ts', 'lock', '--all', '--root', project.root],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), env: { ...process.env, NO_COLOR: '1' } },
  );
  let output = '';
  child.stderr.on('data', chunk => void (output += String(chunk)));
  expect(await new Promise(resolve => child.on('close', resolve))).toBe(1);
  expect(output).toContain('features.lock.json is not as it should be at format');
  expect(output).not.toContain('--debug');
});
