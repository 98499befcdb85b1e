import { copyFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DamagedFile } from '../../runtime/checkpoints/errors.ts';
import { decodePreamble, FOOTER_BYTES, PREAMBLE_BYTES } from '../../runtime/checkpoints/file-format.ts';
import { Engine } from '../../runtime/index.ts';
import { Random } from '../stream/support/random.ts';
import { answers, opened, program, scratch, SEED, writeTwo } from './support/fixture.ts';

const directory = scratch();
const newest = join(directory, '000000000002.checkpoint');
const { older, newer } = await writeTwo(directory);
const whole = readFileSync(newest);
const headerEnd = PREAMBLE_BYTES + decodePreamble(whole).length;

/** Puts the bytes in place of the newest checkpoint. @returns what a start then finds, and what it says */
async function found(
  bytes: Buffer | null,
): Promise<{ readonly state: unknown; readonly told: readonly string[] }> {
  if (bytes !== null) writeFileSync(newest, bytes);
  const { checkpoints, told } = await opened(directory);
  try {
    const engine = Engine.restore(program, (await checkpoints.latest())!.pieces());
    return { state: [engine.frontier(), answers(engine)], told };
  } finally {
    await checkpoints.close();
    rmSync(`${newest}.damaged`, { force: true });
    writeFileSync(newest, whole);
  }
}

function flipped(...places: readonly number[]): Buffer {
  const bytes = Buffer.from(whole);
  for (const place of places) bytes[place]! ^= 1 << ((place * 7 + places.length) % 8);
  return bytes;
}

async function fallsBack(bytes: Buffer, what: string): Promise<void> {
  const { state, told } = await found(bytes);
  expect(told, what).toEqual([
    expect.stringMatching(/^rejected 000000000002.checkpoint: (its?|the checksum) /),
  ]);
  expect(state, what).toEqual(older);
}

describe('a damaged checkpoint gives way to the one before', () => {
  it('which is told apart: whole it is used', async () => {
    expect(await found(whole)).toEqual({ state: newer, told: [] });
  });

  it('with any byte of its header flipped', async () => {
    for (let place = 0; place < headerEnd; place += place < PREAMBLE_BYTES + 8 ? 1 : 17)
      await fallsBack(flipped(place), `byte ${place}`);
  });

  it('with any byte of its end flipped', async () => {
    for (let place = whole.length - FOOTER_BYTES; place < whole.length; place += 1)
      await fallsBack(flipped(place), `byte ${place}`);
  });

  it('with any byte of a piece’s head flipped', async () => {
    for (let place = headerEnd; place < headerEnd + 24; place += 1)
      await fallsBack(flipped(place), `byte ${place}`);
  });

  it('with bytes flipped anywhere', async () => {
    const random = new Random(SEED);
    for (let i = 0; i < 150; i += 1) {
      const places = Array.from({ length: 1 + random.below(3) }, () => random.below(whole.length));
      await fallsBack(flipped(...new Set(places)), `seed ${SEED}: bytes ${places.join()}`);
    }
  });

  it('cut anywhere', async () => {
    const random = new Random(SEED);
    const lengths = [0, 1, PREAMBLE_BYTES - 1, PREAMBLE_BYTES, headerEnd - 1, headerEnd, headerEnd + 4];
    for (let i = 1; i <= FOOTER_BYTES; i += 5) lengths.push(whole.length - i);
    for (let i = 0; i < 40; i += 1) lengths.push(random.below(whole.length));
    for (const length of lengths) await fallsBack(whole.subarray(0, length), `seed ${SEED}: ${length} bytes`);
  });

  it('that goes on after its end, or is another file', async () => {
    await fallsBack(Buffer.concat([whole, Buffer.from([0])]), 'one byte more');
    await fallsBack(Buffer.concat([whole, whole]), 'twice');
    await fallsBack(Buffer.alloc(100_000, 'x'), 'other');
    await fallsBack(
      Buffer.concat([whole.subarray(0, headerEnd), whole.subarray(-FOOTER_BYTES)]),
      'without pieces',
    );
  });

  it('that is not there at all', async () => {
    rmSync(newest);
    expect(await found(null)).toEqual({ state: older, told: [] });
  });

  it('that cannot be read, and stays where it is', async () => {
    rmSync(newest);
    symlinkSync(join(directory, 'nowhere'), newest);
    const { checkpoints, told } = await opened(directory);
    const latest = await checkpoints.latest();
    expect(latest!.file).toBe(join(directory, '000000000001.checkpoint'));
    expect(told).toEqual([expect.stringContaining('rejected 000000000002.checkpoint: ENOENT')]);
    await checkpoints.close();
    rmSync(newest);
    writeFileSync(newest, whole);
  });

  it('is told even if it comes after the check', async () => {
    const { checkpoints } = await opened(directory);
    const latest = await checkpoints.latest();
    writeFileSync(newest, flipped(headerEnd + 500));
    expect(() => Engine.restore(program, latest!.pieces())).toThrow(DamagedFile);
    await checkpoints.close();
    writeFileSync(newest, whole);
  });

  it('and does not count among those that are kept', async () => {
    const own = scratch();
    for (const name of ['000000000001.checkpoint', '000000000002.checkpoint'])
      copyFileSync(join(directory, name), join(own, name));
    writeFileSync(join(own, '000000000002.checkpoint'), flipped(headerEnd + 100));
    const { checkpoints } = await opened(own);
    const engine = Engine.restore(program, (await checkpoints.latest())!.pieces());
    await checkpoints.write(engine.checkpoint(), { yield: () => Promise.resolve() });
    // The good one before stays: the new one and it are two.
    expect((await checkpoints.latest())!.file).toBe(join(own, '000000000002.checkpoint'));
    writeFileSync(join(own, '000000000002.checkpoint'), '');
    expect((await checkpoints.latest())!.file).toBe(join(own, '000000000001.checkpoint'));
    await checkpoints.close();
  });
});
