import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WriteQueue } from '../../runtime/imports/write-queue.ts';

const MB = 1024 * 1024;

/** Writes that end when they are told to, in order. */
function held(): { readonly write: () => Promise<void>; readonly finish: () => Promise<void> } {
  const open: (() => void)[] = [];
  return {
    write: () => new Promise(resolve => open.push(resolve)),
    async finish() {
      open.shift()!();
      await setImmediate();
    },
  };
}

async function hasRoom(queue: WriteQueue): Promise<boolean> {
  return Promise.race([queue.room().then(() => true), setImmediate(false)]);
}

test('rows are decoded beside a server that works by itself, and not beside rows that are sent, unless few wait', async () => {
  const queue = new WriteQueue();
  const { write, finish } = held();
  for (let i = 0; i < 6; i += 1) queue.add(MB, write);
  queue.add(0, write);
  for (let i = 0; i < 5; i += 1) queue.add(MB, write);
  await setImmediate();
  const rooms: boolean[] = [];
  for (let i = 0; i < 12; i += 1) {
    rooms.push(await hasRoom(queue));
    await finish();
  }
  // 11 to 6 MB wait while some of them are sent; the server builds; 5 MB are too many while they are sent, 4 are not.
  const [sending, building] = [false, true];
  expect(rooms).toEqual([...Array<boolean>(6).fill(sending), building, sending, true, true, true, true]);
  await queue.end();
});

test('what waits is bounded while the server works by itself too', async () => {
  const queue = new WriteQueue();
  const { write, finish } = held();
  queue.add(0, write);
  for (let i = 0; i < 33; i += 1) queue.add(MB, async () => undefined);
  await setImmediate();
  expect(await hasRoom(queue)).toBe(false);
  await finish();
  expect(await hasRoom(queue)).toBe(true);
});

test('a write that fails is told to who waits, and those behind it are not begun', async () => {
  const queue = new WriteQueue();
  let begun = 0;
  queue.add(40 * MB, () => Promise.reject(new Error('the disk is full')));
  queue.add(MB, async () => {
    begun += 1;
  });
  await expect(queue.room()).rejects.toThrow('the disk is full');
  await expect(queue.end()).rejects.toThrow('the disk is full');
  await queue.stop();
  expect(begun).toBe(0);
});
