/**
 * `engines` promises Node 20.19 and later. The suite runs on one; the demo, which uses every part, also runs here
 * on the newer lines of long-term support. Their binaries come from npm, in a package per platform and without an
 * install script.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skewless-node-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['22', '24'])(
  'the demo finds no difference on Node %s',
  version => {
    const name = `node-${process.platform}-${process.arch}`;
    const prefix = join(folder, version);
    const install = [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--prefix',
      prefix,
    ];
    execFileSync('npm', [...install, `${name}@${version}`], { cwd: folder, encoding: 'utf8' });
    const node = join(prefix, 'node_modules', name, 'bin', 'node');
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toMatch(new RegExp(`^v${version}\\.`));
    const flags = ['--conditions=source', '--import', 'tsx', 'demo/main.ts'];
    const small = ['--flights', '10000', '--rows', '200', '--out', join(prefix, 'set.parquet')];
    const output = execFileSync(node, [...flags, ...small], { cwd: root, encoding: 'utf8' });
    expect(output.trim().split('\n').at(-1)).toMatch(/ 0 differences$/);
  },
  180_000,
);
