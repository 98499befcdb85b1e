import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skewless-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function demo(...args: string[]): { status: number | null; output: string; errors: string } {
  const flags = ['--conditions=source', '--import', 'tsx', 'demo/main.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: stdout, errors: stderr };
}

test('npm start, on a smaller scale: streams, backfills, compares, and finds no difference', async () => {
  const out = join(folder, 'set.parquet');
  const { status, output, errors } = demo('--flights', '30000', '--rows', '500', '--out', out);
  expect(errors).toBe('');
  expect(status).toBe(0);
  const last = output.trim().split('\n').at(-1)!;
  expect(last).toMatch(/^ *[\d,]+ values compared, 0 differences$/);
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(out) });
  expect(rows).toHaveLength(500);
  expect(Object.keys(rows[0]!)).toEqual(
    expect.arrayContaining([
      'scheduled_departure',
      'origin',
      'route_delay_mean_7d',
      'departure_hour',
      'label_delay',
    ]),
  );
  expect(rows.some(({ route_delay_mean_7d: mean }) => typeof mean === 'number')).toBe(true);
});

test('a wrong option is told, with what it should be', () => {
  const { status, errors } = demo('--flights', 'many');
  expect(status).toBe(1);
  expect(errors).toContain(
    "option '--flights <number>' argument 'many' is invalid. It must be a whole number above 0.",
  );
});
