import { describe, expect, it } from 'vitest';
import { accessor } from '../../runtime/client/accessor.ts';
import { InvalidRequest, OtherMeaning, Unavailable } from '../../runtime/client/errors.ts';
import { isFallback } from '../../runtime/client/fallback.ts';
import { inProcess } from '../../runtime/client/in-process.ts';
import type { AccessorPlan } from '../../runtime/client/plan.ts';
import type { InnerValue, Transport } from '../../runtime/client/transport.ts';

const plan: AccessorPlan = {
  kind: 'group',
  name: 'user',
  fingerprint: 'aaaaaaaaaaaaaaaa',
  inputs: { user_id: 'int', note: 'text' },
  features: { user_id: 'int', note: 'text', t: 'int', seen: 'timestamp', lately: 'timestamp[]' },
  meanings: { user_id: 'a1', note: 'a2', t: 'a3', seen: 'a4', lately: 'a5' },
  otherwise: { t: 7, lately: [1_000_000], seen: 2_000_000 },
};
const instant = 1_700_000_000_123_456;

/** Answers what it was asked, so that a test sees both directions. */
const reader = {
  readGroup: (_group: string, keys: Readonly<Record<string, InnerValue>>, t: number) => ({
    user_id: keys['user_id'] ?? null,
    note: keys['note'] ?? null,
    t,
    seen: keys['user_id'] === 0 ? null : instant,
    lately: [instant, instant + 1000],
    given: Object.keys(keys).length,
  }),
  readVector: () => {
    throw new RangeError('no such vector');
  },
  frontier: () => [{ source: 'events', topic: 0, epoch: 0, partition: 0, nextOffset: 7 }],
};

interface Values<I> {
  readonly t: number;
  readonly seen: I | null;
  readonly lately: readonly I[];
  readonly note: string | null;
}
interface Keys {
  readonly user_id: number;
  readonly note?: string | undefined;
}

describe('an accessor', () => {
  const transport = inProcess(reader, () => 42);
  const read = accessor<Keys, Values<Date>, Date>(transport, plan);

  it('gives instants as dates, nulls as null', async () => {
    const values = await read({ user_id: 1 });
    expect(values.seen).toEqual(new Date(1_700_000_000_123));
    expect(values.lately).toEqual([new Date(1_700_000_000_123), new Date(1_700_000_000_124)]);
    expect((await read({ user_id: 0 })).seen).toBeNull();
  });

  it('gives whole microseconds on request', async () => {
    const exact = accessor<Keys, Values<number>, number>(transport, plan, { instants: 'us' });
    expect((await exact({ user_id: 1 })).seen).toBe(instant);
    expect((await exact.read({ user_id: 1 })).at).toBe(42);
  });

  it('reads now unless an instant is asked for', async () => {
    expect((await read({ user_id: 1 })).t).toBe(42);
    expect((await read({ user_id: 1 }, { at: 7 })).t).toBe(7);
    expect((await read({ user_id: 1 }, { at: new Date(3) })).t).toBe(3000);
  });

  it('refuses what is no instant', async () => {
    for (const at of [NaN, 1.5, Infinity, new Date('never')])
      await expect(read({ user_id: 1 }, { at })).rejects.toThrow(InvalidRequest);
  });

  it('reads many keys in one request, in order', async () => {
    const keys = [
      { user_id: 1, note: 'a' },
      { user_id: 2, note: 'b' },
    ];
    expect((await read.many(keys)).map(({ note }) => note)).toEqual(['a', 'b']);
    const { values, at, unavailable } = await read.readMany(keys, { at: 5000 });
    expect(values.map(({ note }) => note)).toEqual(['a', 'b']);
    expect(at).toEqual(new Date(5));
    expect(unavailable).toBe(false);
  });

  it('tells the instant and the frontier of an answer', async () => {
    const answer = await read.read({ user_id: 1 }, { at: 5000 });
    expect(answer.at).toEqual(new Date(5));
    expect(answer.frontier).toEqual([{ source: 'events', topic: 0, epoch: 0, partition: 0, nextOffset: 7 }]);
    expect(answer.unavailable).toBe(false);
  });

  it('passes a key left out as null, and nothing that is no key', async () => {
    expect((await read({ user_id: 1, note: undefined })).note).toBeNull();
    const wide = { user_id: 1, note: 'a', email: 'x@example.org' };
    expect(await read(wide)).toMatchObject({ note: 'a', given: 2 });
  });

  it('fails as a promise does, whatever the transport', async () => {
    const vector = accessor<Keys, Values<Date>, Date>(transport, { ...plan, kind: 'vector', name: 'x' });
    await expect(vector({ user_id: 1 })).rejects.toThrow('no such vector');
  });
});

describe('while the service is away', () => {
  const failing = (error: Error): Transport => ({ read: () => Promise.reject(error) });
  const away = failing(new Unavailable('connect', 'no connection'));

  it('fails, unless told to give defaults', async () => {
    const read = accessor<Keys, Values<Date>, Date>(away, plan);
    await expect(read({ user_id: 1 })).rejects.toThrow(Unavailable);
    const values = await read({ user_id: 1 }, { onUnavailable: 'defaults' });
    expect(values).toEqual({
      user_id: null,
      note: null,
      t: 7,
      seen: new Date(2000),
      lately: [new Date(1000)],
    });
    expect(isFallback(values)).toBe(true);
  });

  it('gives defaults and says so', async () => {
    const read = accessor<Keys, Values<number>, number, 'defaults'>(away, plan, {
      instants: 'us',
      onUnavailable: 'defaults',
    });
    const reply = await read.read({ user_id: 1 });
    expect(reply).toMatchObject({ unavailable: true, at: null, frontier: [], cause: { reason: 'connect' } });
    expect(reply.values).toEqual({ user_id: null, note: null, t: 7, seen: 2_000_000, lately: [1_000_000] });
    const many = await read.many([{ user_id: 1 }, { user_id: 2 }]);
    expect(many.map(isFallback)).toEqual([true, true]);
    expect(await read.readMany([{ user_id: 1 }])).toMatchObject({ unavailable: true, values: [{ t: 7 }] });
    await expect(read({ user_id: 1 }, { onUnavailable: 'error' })).rejects.toThrow(Unavailable);
  });

  it('gives no defaults for any other failure', async () => {
    for (const error of [new InvalidRequest('invalid_key', 'no'), new RangeError('bug')]) {
      const read = accessor<Keys, Values<Date>, Date>(failing(error), plan, { onUnavailable: 'defaults' });
      await expect(read({ user_id: 1 })).rejects.toBe(error);
    }
  });

  it('does not mark answers', async () => {
    const read = accessor<Keys, Values<Date>, Date>(
      inProcess(reader, () => 42),
      plan,
      { onUnavailable: 'defaults' },
    );
    expect(isFallback(await read({ user_id: 1 }))).toBe(false);
    expect(await read.read({ user_id: 1 })).toMatchObject({ unavailable: false });
  });
});

describe('features of another meaning', () => {
  const other: Transport = {
    read: async request => ({
      ...(await inProcess(reader, () => 42).read(request)),
      fingerprint: 'bbbbbbbbbbbbbbbb',
    }),
  };

  it('are an error that says what to do', async () => {
    const read = accessor<Keys, Values<Date>, Date>(other, plan);
    await expect(read({ user_id: 1 })).rejects.toThrow(OtherMeaning);
    await expect(read({ user_id: 1 })).rejects.toThrow(
      'user has another meaning at the service (bbbbbbbbbbbbbbbb) than in this client (aaaaaaaaaaaaaaaa) (generate both',
    );
  });

  it('are told once where they may pass', async () => {
    const told: string[] = [];
    const read = accessor<Keys, Values<Date>, Date>(other, plan, {
      onOtherMeaning: ({ found }) => told.push(found),
    });
    expect((await read({ user_id: 1 })).t).toBe(42);
    await read({ user_id: 1 });
    expect(told).toEqual(['bbbbbbbbbbbbbbbb']);
  });

  it('are not, where they are the same', async () => {
    const same: Transport = {
      read: async request => ({
        ...(await inProcess(reader, () => 42).read(request)),
        fingerprint: plan.fingerprint,
      }),
    };
    expect((await accessor<Keys, Values<Date>, Date>(same, plan)({ user_id: 1 })).t).toBe(42);
  });
});
