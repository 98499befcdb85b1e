import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openOutput, SpineError } from '../../runtime/training/io/index.ts';
import { Random } from '../support/random.ts';
import { batchOf, column, readSpine, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const expected = new Map([['n', { ...column('n', 'int'), nullable: true }]]);

/** What happened; anything but a SpineError is a fault of ours. */
async function outcome(name: string, content: Uint8Array): Promise<'read' | 'refused'> {
  try {
    await readSpine(folder.write(name, content), { expected });
    return 'read';
  } catch (error) {
    if (error instanceof SpineError) return 'refused';
    throw error;
  }
}

async function smallParquet(): Promise<Buffer> {
  const path = `${folder.path}/whole.parquet`;
  const output = await openOutput(
    path,
    [column('n', 'int'), column('s', 'text'), column('l', 'double', true)],
    { id: 'f' },
  );
  await output.write(
    batchOf([
      [1, 'a', [0.5]],
      [null, 'é', []],
      [3, null, null],
    ]),
  );
  await output.finish({});
  return readFileSync(path);
}

test('Parquet torn at every byte is refused', async () => {
  const whole = await smallParquet();
  expect(await outcome('torn.parquet', whole)).toBe('read');
  for (let length = 0; length < whole.length; length += 1)
    expect(await outcome('torn.parquet', whole.subarray(0, length)), `${length} bytes`).toBe('refused');
});

test.each([
  ['csv', ['n', ',', '\n', '\r\n', '"', '""', '1', 'x', '\0', '\ufeff', 'n,s\n', ' ']],
  ['ndjson', ['{', '}', '"n"', ':', '1', ',', '\n', '[', ']', 'null', '{"n":1}\n', '"']],
])('random %s is read or refused', async (ending, words) => {
  const random = new Random(Math.floor(performance.timeOrigin) + ending.length);
  for (let round = 0; round < 400; round += 1) {
    const parts = Array.from({ length: random.below(30) }, () =>
      random.chance(0.03) ? Buffer.from([random.below(256)]) : Buffer.from(random.pick(words)),
    );
    if (random.chance(0.7)) parts.unshift(Buffer.from(ending === 'csv' ? 'n,s\n' : '{"n":1,"s":"a"}\n'));
    await expect(
      outcome(`random.${ending}`, Buffer.concat(parts)),
      `seed ${random.seed}, round ${round}`,
    ).resolves.toMatch(/read|refused/);
  }
});
