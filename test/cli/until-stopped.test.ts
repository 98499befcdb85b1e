import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { untilStopped } from '../../cli/run/until-stopped.ts';
import type { Running } from '../../cli/run/until-stopped.ts';

/** A service whose ends are in the test's hand. */
function fake() {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const said: string[] = [];
  const finished = withResolvers();
  const closed = withResolvers();
  let closes = 0;
  const service: Running = {
    finished: finished.promise,
    close: () => {
      closes += 1;
      return closed.promise;
    },
  };
  const say = (...given: readonly unknown[]): void => void said.push(String(given.at(-1)));
  const log = { info: say, warn: say, error: say };
  const surroundings = { signals, log, exit: (code: number) => void exits.push(code) };
  return { signals, exits, said, service, finished, closed, surroundings, closes: () => closes };
}

function withResolvers() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'])('%s closes the service, once, and it has ended in order', async signal => {
    const { signals, service, surroundings, closed, closes, exits, said } = fake();
    const ended = untilStopped(() => Promise.resolve(service), surroundings);
    await turn();
    signals.emit(signal, signal);
    await turn();
    expect(closes()).toBe(1);
    closed.resolve();
    expect(await ended).toBe(true);
    expect(said).toEqual(['stopping: answering what is under way, then a checkpoint', 'stopped']);
    expect(exits).toEqual([]);
    expect(signals.listenerCount(signal)).toBe(0);
  });

  test('that comes a second time ends the process at once', async () => {
    const { signals, service, surroundings, closed, closes, exits } = fake();
    const ended = untilStopped(() => Promise.resolve(service), surroundings);
    await turn();
    signals.emit('SIGTERM', 'SIGTERM');
    signals.emit('SIGINT', 'SIGINT');
    expect(exits).toEqual([1]);
    expect(closes()).toBe(1);
    closed.resolve();
    await ended;
  });

  test('that comes before the service stands ends the process: there is nothing to close', async () => {
    const { signals, service, surroundings, finished, exits } = fake();
    const started = withResolvers();
    const ended = untilStopped(() => started.promise.then(() => service), surroundings);
    signals.emit('SIGTERM', 'SIGTERM');
    expect(exits).toEqual([0]);
    started.resolve();
    finished.resolve();
    await ended;
  });
});

test('a service that cannot be closed in order has not ended in order', async () => {
  const { signals, service, surroundings, closed, said } = fake();
  const ended = untilStopped(() => Promise.resolve(service), surroundings);
  await turn();
  signals.emit('SIGTERM', 'SIGTERM');
  closed.reject(new Error('the disk is full'));
  expect(await ended).toBe(false);
  expect(said.at(-1)).toContain('could not be stopped in order');
});

test('a close that lets the service finish first still waits for its own end', async () => {
  const { signals, service, surroundings, finished, closed } = fake();
  let over = false;
  const ended = untilStopped(() => Promise.resolve(service), surroundings).finally(() => (over = true));
  await turn();
  signals.emit('SIGTERM', 'SIGTERM');
  finished.resolve();
  await turn();
  expect(over).toBe(false);
  closed.resolve();
  expect(await ended).toBe(true);
});

test('a service that ends by itself has ended in order; one that cannot go on has not', async () => {
  const well = fake();
  well.finished.resolve();
  expect(await untilStopped(() => Promise.resolve(well.service), well.surroundings)).toBe(true);
  const ill = fake();
  ill.finished.reject(new Error('the log was cut'));
  expect(await untilStopped(() => Promise.resolve(ill.service), ill.surroundings)).toBe(false);
  await expect(
    untilStopped(() => Promise.reject(new Error('the port is taken')), ill.surroundings),
  ).rejects.toThrow('the port is taken');
  expect(ill.signals.listenerCount('SIGTERM')).toBe(0);
});
