import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../runtime/checkpoints/disk.ts';
import type { Disk } from '../../runtime/checkpoints/disk.ts';
import { Engine } from '../../runtime/index.ts';
import { answers, engineOf, opened, program, records, scratch, turn } from './support/fixture.ts';

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** A disk of which one operation fails, the `nth` since `arm`. */
class FailingDisk implements Disk {
  #left = Infinity;
  operations = 0;

  arm(nth: number): void {
    this.#left = nth;
    this.operations = 0;
  }

  async #do<T>(act: () => Promise<T>): Promise<T> {
    this.operations += 1;
    this.#left -= 1;
    if (this.#left === 0) throw full;
    return act();
  }

  async create(path: string): ReturnType<Disk['create']> {
    const file = await this.#do(() => realDisk.create(path));
    return {
      write: (...parts) => this.#do(() => file.write(...parts)),
      sync: () => this.#do(() => file.sync()),
      close: () => file.close(),
    };
  }

  rename = (from: string, to: string): Promise<void> => this.#do(() => realDisk.rename(from, to));
  remove = (path: string): Promise<void> => realDisk.remove(path);
  syncDirectory = (path: string): Promise<void> => realDisk.syncDirectory(path);
}

describe('a disk that fails', () => {
  it('in any operation leaves the last good checkpoint, and the state goes on', async () => {
    const directory = scratch();
    const log = records(400);
    const disk = new FailingDisk();
    const { checkpoints, told } = await opened(directory, { disk });
    const first = engineOf(log.slice(0, 200));
    await checkpoints.write(first.checkpoint(), turn);
    const wanted = answers(first);

    const engine = engineOf(log);
    disk.arm(Infinity);
    await checkpoints.write(engine.checkpoint(), turn);
    const operations = disk.operations;
    expect(operations).toBeGreaterThan(4);
    await realDisk.remove(join(directory, '000000000002.checkpoint'));

    for (let nth = 1; nth <= operations; nth += 1) {
      disk.arm(nth);
      told.length = 0;
      await expect(checkpoints.write(engine.checkpoint(), turn), `operation ${nth}`).rejects.toThrow(
        'ENOSPC',
      );
      disk.arm(Infinity);
      expect(told, `operation ${nth}`).toEqual([`failed: ${full.message}`]);
      expect(readdirSync(directory).sort(), `operation ${nth}`).toEqual(['000000000001.checkpoint', 'lock']);
      const restored = Engine.restore(program, (await checkpoints.latest())!.pieces());
      expect(answers(restored), `operation ${nth}`).toEqual(wanted);
    }

    await checkpoints.write(engine.checkpoint(), turn);
    const restored = Engine.restore(program, (await checkpoints.latest())!.pieces());
    expect(answers(restored)).toEqual(answers(engine));
    await checkpoints.close();
  });
});
