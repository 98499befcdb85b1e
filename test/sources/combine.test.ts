import { expect, test } from 'vitest';
import { combine } from '../../runtime/sources/combine.ts';
import { Gate } from '../../runtime/sources/gate.ts';
import type { Batch, RecordSource } from '../../runtime/sources/source.ts';
import { Turns } from '../../runtime/sources/turns.ts';

const batchOf = (source: string, end: number): Batch => ({
  source,
  topic: 0,
  epoch: 0,
  partition: 0,
  records: [],
  next: end,
  end,
});

/** Hands over `count` batches and then ends, fails, or waits to be closed. */
class Scripted implements RecordSource {
  readonly calls: string[] = [];
  readonly #name: string;
  readonly #count: number;
  readonly #then: 'ends' | 'fails' | 'waits';
  readonly #closed: Promise<void>;
  #close = (): void => undefined;

  constructor(name: string, count: number, then: 'ends' | 'fails' | 'waits') {
    this.#name = name;
    this.#count = count;
    this.#then = then;
    this.#closed = new Promise(resolve => {
      this.#close = resolve;
    });
  }

  async run(_from: unknown, take: (batch: Batch) => Promise<void>): Promise<void> {
    for (let index = 1; index <= this.#count; index += 1) await take(batchOf(this.#name, index));
    if (this.#then === 'fails') throw new Error(`${this.#name} fails`);
    if (this.#then === 'waits') await this.#closed;
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  async commit(): Promise<void> {
    this.calls.push('commit');
  }

  ends(): [] {
    return [];
  }

  async close(): Promise<void> {
    this.calls.push('close');
    this.#close();
  }
}

test('batches of all sources are taken one at a time, and it ends when all have', async () => {
  const taken: string[] = [];
  let inHand = 0;
  await combine([new Scripted('a', 3, 'ends'), new Scripted('b', 2, 'ends')]).run([], async batch => {
    inHand += 1;
    expect(inHand).toBe(1);
    await new Promise(resolve => setImmediate(resolve));
    inHand -= 1;
    taken.push(`${batch.source}${batch.end}`);
  });
  expect(taken).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('where one fails the others are closed, and nothing more is taken', async () => {
  const waiting = new Scripted('waits', 0, 'waits');
  const combined = combine([new Scripted('a', 1, 'fails'), waiting]);
  await expect(combined.run([], async () => undefined)).rejects.toThrow('a fails');
  expect(waiting.calls).toEqual(['close']);
});

test('an error of whoever takes the batch ends all', async () => {
  const waiting = new Scripted('waits', 0, 'waits');
  const combined = combine([new Scripted('a', 2, 'ends'), waiting]);
  await expect(combined.run([], () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
});

test('what is asked of it is asked of each; one source alone is itself', async () => {
  const [a, b] = [new Scripted('a', 0, 'waits'), new Scripted('b', 0, 'waits')];
  const combined = combine([a, b]);
  const running = combined.run([], async () => undefined);
  combined.pause();
  combined.resume();
  await combined.commit([]);
  await combined.close();
  await running;
  expect(a.calls).toEqual(['pause', 'resume', 'commit', 'close']);
  expect(b.calls).toEqual(a.calls);
  expect(combine([a])).toBe(a);
});

test('turns are kept where one of them fails', async () => {
  const turns = new Turns();
  const order: number[] = [];
  const failing = turns.take(async () => {
    await new Promise(resolve => setImmediate(resolve));
    order.push(1);
    throw new Error('first');
  });
  const second = turns.take(async () => order.push(2));
  await expect(failing).rejects.toThrow('first');
  await second;
  expect(order).toEqual([1, 2]);
});

test('a gate that is shut again before those who wait have passed holds them', async () => {
  const gate = new Gate();
  gate.shut();
  let hasPassed = false;
  const passing = gate.pass().then(() => {
    hasPassed = true;
  });
  gate.open();
  gate.shut();
  await new Promise(resolve => setImmediate(resolve));
  expect(hasPassed).toBe(false);
  gate.open();
  await passing;
  expect(hasPassed).toBe(true);
});
