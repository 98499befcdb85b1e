import { expect, test } from 'vitest';
import { AuditLog } from '../../runtime/audit/index.ts';
import type { LoggedRead } from '../../runtime/audit/index.ts';
import { Sampler } from '../../runtime/audit/sampler.ts';
import type { ReadAnswer, ReadRequest } from '../../runtime/client/index.ts';
import { Random } from '../support/random.ts';

const served = [{ kind: 'group', name: 'views', fingerprint: 'f1' }] as never;
const frontier = [{ source: 's', topic: 0, epoch: 0, partition: 0, nextOffset: 3 }];

const read = (...users: number[]): [ReadRequest, ReadAnswer] => [
  { kind: 'group', name: 'views', keys: users.map(user => ({ user })) },
  { at: 9, frontier, values: users.map(user => ({ count: user * 2 })) },
];

interface Setup {
  readonly log: AuditLog;
  readonly written: LoggedRead[];
  readonly said: string[];
  fail: Error | null;
  /** What a write waits for. */
  hold: Promise<void>;
}

function auditLog({ sample = 1, limit = 10 } = {}): Setup {
  const random = new Random(5);
  const setup: Omit<Setup, 'log'> = { written: [], said: [], fail: null, hold: Promise.resolve() };
  const log = new AuditLog({
    ...{ plan: { served }, sample, limit, random: () => random.fraction(), now: () => 77 },
    write: async reads => {
      await setup.hold;
      if (setup.fail !== null) throw setup.fail;
      setup.written.push(...reads);
    },
    events: {
      written: reads => setup.said.push(`written ${reads}`),
      dropped: reads => setup.said.push(`dropped ${reads}`),
      failed: error => setup.said.push(`failed ${(error as Error).message}`),
      recovered: () => setup.said.push('recovered'),
    },
  });
  return Object.assign(setup, { log });
}

test('a read is logged with all that is needed to compute it again', async () => {
  const { log, written } = auditLog();
  log.answered(...read(4, 5));
  await log.flush();
  const shared = { readAt: 77, kind: 'group', name: 'views', fingerprint: 'f1', t: 9 };
  expect(written).toEqual([
    { ...shared, frontier: '[["s",0,0,0,3]]', request: '{"user":4}', values: '{"count":8}' },
    { ...shared, frontier: '[["s",0,0,0,3]]', request: '{"user":5}', values: '{"count":10}' },
  ]);
});

test('what has no room is dropped and counted, and what waits is kept', async () => {
  const { log, written, said } = auditLog({ limit: 3 });
  log.answered(...read(1, 2));
  log.answered(...read(3, 4));
  log.answered(...read(5));
  expect(said).toEqual(['dropped 1', 'dropped 1']);
  await log.flush();
  expect(written.map(({ request }) => request)).toEqual(['{"user":1}', '{"user":2}', '{"user":3}']);
});

test('a failure is told once, what waits is tried again, and the end of it is told', async () => {
  const setup = auditLog();
  setup.fail = new Error('away');
  setup.log.answered(...read(1));
  await setup.log.flush();
  await setup.log.flush();
  expect(setup.said).toEqual(['failed away']);
  setup.fail = null;
  await setup.log.flush();
  expect(setup.said).toEqual(['failed away', 'written 1', 'recovered']);
  expect(setup.written).toHaveLength(1);
});

test('reads that come while others are written are neither lost nor written twice', async () => {
  const setup = auditLog({ limit: 2_000 });
  let release = (): void => undefined;
  setup.hold = new Promise(settle => (release = settle));
  setup.log.answered(...read(...Array.from({ length: 700 }, (_, i) => i)));
  const first = setup.log.flush();
  setup.log.answered(...read(700));
  const second = setup.log.flush();
  release();
  await Promise.all([first, second]);
  expect(setup.written.map(({ request }) => request)).toEqual(
    Array.from({ length: 701 }, (_, i) => `{"user":${i}}`),
  );
});

test('a sampler picks its share, each request with the same chance whatever stands before it', () => {
  const random = new Random(11);
  const sampler = new Sampler(0.05, () => random.fraction());
  const picks = Array.from({ length: 200_000 }, () => sampler.picks());
  const count = (of: readonly boolean[]): number => of.filter(Boolean).length;
  // Five standard deviations of a binomial variate, about 487.
  expect(Math.abs(count(picks) - 10_000)).toBeLessThan(5 * 98);
  const afterPick = picks.filter((_, i) => i > 0 && picks[i - 1] === true);
  expect(Math.abs(count(afterPick) - afterPick.length * 0.05)).toBeLessThan(
    5 * Math.sqrt(afterPick.length * 0.05),
  );
  const all = new Sampler(1, () => random.fraction());
  expect(Array.from({ length: 100 }, () => all.picks()).every(Boolean)).toBe(true);
});

test('the same randomness picks the same requests', () => {
  const run = (): boolean[] => {
    const random = new Random(3);
    const sampler = new Sampler(0.3, () => random.fraction());
    return Array.from({ length: 50 }, () => sampler.picks());
  };
  expect(run()).toEqual(run());
});
