import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StateInUse } from '../../runtime/checkpoints/errors.ts';
import { thisProcess } from '../../runtime/checkpoints/process-identity.ts';
import { engineOf, opened, records, scratch, turn } from './support/fixture.ts';

const heartbeat = { every: 10, patience: 200 };
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Another process that holds the directory. */
async function holder(directory: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'support/holder.ts'), [directory], {
    execArgv: ['--conditions=source', '--import', 'tsx'],
  });
  children.push(child);
  await once(child, 'message');
  return child;
}

function leave(directory: string, lock: object | string): void {
  writeFileSync(join(directory, 'lock'), typeof lock === 'string' ? lock : JSON.stringify(lock));
}

describe('a directory that cannot be had', () => {
  const repair = 'give it a folder that this user can write, on a disk with room, by state.directory';

  it('says so, and what to change', async () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    await expect(opened(file)).rejects.toThrow(`the state cannot be kept in ${file} (EEXIST`);
    await expect(opened(join(file, 'below'))).rejects.toThrow(repair);
  });

  it('for want of room leaves no lock behind that would be nobody’s', async () => {
    const directory = scratch();
    const handle = await open(join(scratch(), 'any'), 'w');
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const write = vi
      .spyOn(Object.getPrototypeOf(handle) as typeof handle, 'writeFile')
      .mockRejectedValueOnce(full);
    await handle.close();
    await expect(opened(directory)).rejects.toThrow(`(ENOSPC: no space left on device, write): ${repair}`);
    write.mockRestore();
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('the lock of a directory', () => {
  it('is its process’s as long as that lives, and no longer', async () => {
    const directory = scratch();
    const child = await holder(directory);
    await expect(opened(directory)).rejects.toThrow(`is in use by process ${child.pid} on `);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { checkpoints, told } = await opened(directory);
    expect(told).toEqual([expect.stringContaining(`took over from process ${child.pid} on `)]);
    await checkpoints.close();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('is not that of another process with the same id', async () => {
    const directory = scratch();
    const here = thisProcess();
    leave(directory, { ...here, started: '1', token: 'other' });
    const { checkpoints, told } = await opened(directory);
    expect(told).toHaveLength(1);
    await checkpoints.close();
    // Before the machine was started anew.
    leave(directory, { ...here, boot: 'another', token: 'other' });
    await (await opened(directory)).checkpoints.close();
  });

  it.each([
    ['in another container', { ...thisProcess(), namespace: 'pid:[1]', token: 'other' }],
    ['on another machine', { ...thisProcess(), boot: 'another', host: 'another', token: 'other' }],
    ['that cannot be read', 'no lock at al'],
  ])('of a holder %s is taken over when it stands untouched', async (_, lock) => {
    const directory = scratch();
    leave(directory, lock);
    let beats = 0;
    const beating = setInterval(() => utimesSync(join(directory, 'lock'), ++beats, beats), 10);
    try {
      await expect(opened(directory, { heartbeat })).rejects.toThrow(StateInUse);
    } finally {
      clearInterval(beating);
    }
    const { checkpoints, told } = await opened(directory, { heartbeat });
    expect(told).toHaveLength(1);
    await checkpoints.close();
  });

  it('is touched by its holder', async () => {
    const directory = scratch();
    const { checkpoints } = await opened(directory, { heartbeat });
    // As another container sees it.
    const lock = JSON.parse(readFileSync(join(directory, 'lock'), 'utf8')) as object;
    leave(directory, { ...lock, namespace: 'pid:[1]' });
    await expect(opened(directory, { heartbeat })).rejects.toThrow(StateInUse);
    leave(directory, lock);
    await checkpoints.close();
  });

  it('once lost lets no checkpoint be written', async () => {
    const directory = scratch();
    const { checkpoints, told } = await opened(directory);
    leave(directory, { ...thisProcess(), token: 'other' });
    await expect(checkpoints.write(engineOf(records(20)).checkpoint(), turn)).rejects.toThrow(
      "is another process's now",
    );
    expect(told).toEqual([expect.stringContaining('failed: ')]);
    await checkpoints.close();
    // It is the other's: it is not taken away.
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('goes to one of many that want it', async () => {
    const directory = scratch();
    leave(directory, { ...thisProcess(), boot: 'another', token: 'other' });
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => opened(directory)));
    const won = all.filter(one => one.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await won[0]!.value.checkpoints.close();
  });
});
