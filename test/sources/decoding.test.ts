import { expect, test } from 'vitest';
import { pino } from 'pino';
import type { Decoder, Encoded } from '../../runtime/config/index.ts';
import { Refusal } from '../../runtime/decode/refusal.ts';
import type { SourceRecord } from '../../runtime/engine/record.ts';
import { decoding } from '../../runtime/sources/kafka/index.ts';
import type { RecordSource, SourceHealth } from '../../runtime/sources/source.ts';
import { FakeLog } from '../archive/support/fake-log.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** The bytes are the name of a click; those that begin with a ? are of no form. */
const names: Decoder = {
  decode(bytes) {
    if (text(bytes).startsWith('?')) throw new RangeError(`no schema for ${text(bytes)}`);
    return { name: text(bytes) };
  },
};

interface Told {
  readonly health: SourceHealth;
  readonly detail: string | null;
}

interface Opened {
  readonly log: FakeLog;
  readonly told: Told[];
  readonly source: RecordSource;
  /** All that was handed over. */
  readonly taken: SourceRecord[];
  readonly run: () => Promise<void>;
}

function open(decoder: Decoder, values: readonly (string | null)[], bounded = true): Opened {
  const log = new FakeLog(() => 0);
  const told: Told[] = [];
  const encoded = values.map(value => (value === null ? null : Buffer.from(value)));
  log.write(...encoded.map(value => ({ source: 'clicks', arrivedAt: 1, value })));
  const source = decoding(log.source({ bounded, most: 3 }), {
    decoders: new Map([['clicks', decoder]]),
    topics: [{ source: 'clicks', topic: 'user-clicks', place: 0 }],
    tables: new Set(),
    logger: pino({ level: 'silent' }),
    events: { health: (health, detail) => told.push({ health, detail }) },
    retry: { first: 1, most: 2 },
  });
  const taken: SourceRecord[] = [];
  const run = (): Promise<void> =>
    source.run([], async ({ records }) => {
      taken.push(...records);
    });
  return { log, told, source, taken, run };
}

test('a decoder is told where bytes come from; what it cannot read is a refusal with its reason and bytes', async () => {
  const seen: Encoded[] = [];
  const decoder: Decoder = {
    decode(bytes, from) {
      seen.push(from);
      return names.decode(bytes, from);
    },
  };
  const { taken, run } = open(decoder, ['a', '?', null, 'b']);
  await run();
  expect(taken.map(({ offset, value }) => [offset, value])).toEqual([
    [0, { name: 'a' }],
    [1, new Refusal('undecodable', null, 'the value cannot be decoded: no schema for ?')],
    [2, null],
    [3, { name: 'b' }],
  ]);
  expect(taken.map(({ encoded }) => encoded && text(encoded))).toEqual(['a', '?', undefined, 'b']);
  expect(seen).toEqual(Array(3).fill({ source: 'clicks', topic: 'user-clicks', part: 'value' }));
});

test('a record without a value, and of other sources, is handed over as it is', async () => {
  const { log, taken, run } = open(names, ['a']);
  const other = { source: 'views', arrivedAt: 1, value: Buffer.from('?') };
  log.write(other);
  await run();
  expect(taken.at(-1)).toMatchObject({ source: 'views', value: other.value });
  expect(taken.at(-1)).not.toHaveProperty('encoded');
});

test('while a decoder cannot prepare its records wait, none is refused or passed over, and it is said', async () => {
  const known = new Set<string>();
  let tries = 0;
  const decoder: Decoder = {
    prepare(bytes) {
      if (known.has(text(bytes))) return undefined;
      return Promise.resolve().then(() => {
        tries += 1;
        if (tries % 4 !== 0) throw new Error('the registry is away');
        known.add(text(bytes));
      });
    },
    decode(bytes, from) {
      if (!known.has(text(bytes))) throw new Error('not prepared');
      return names.decode(bytes, from);
    },
  };
  const { taken, told, run } = open(decoder, ['a', 'b', 'a', 'c']);
  await run();
  expect(taken.map(({ value }) => value)).toEqual(['a', 'b', 'a', 'c'].map(name => ({ name })));
  expect(tries).toBe(12);
  const once = [
    { health: 'away', detail: 'the decoder of clicks cannot prepare: the registry is away' },
    { health: 'running', detail: null },
  ];
  expect(told).toEqual([...once, ...once, ...once]);
});

test.each([
  ['fails', () => Promise.reject(new Error('away'))],
  ['never ends', () => new Promise(() => undefined)],
])('it can be closed while a preparation %s: nothing of the batch is taken', async (_how, prepare) => {
  const asked: unknown[] = [];
  const decoder: Decoder = {
    prepare() {
      asked.push(null);
      return prepare();
    },
    decode: names.decode,
  };
  const { taken, source, run } = open(decoder, ['a'], false);
  const running = run();
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await source.close();
  await running;
  expect(taken).toEqual([]);
});

test('a decoder that yields a promise ends the source: it would have every record refused', async () => {
  const { run } = open({ decode: async () => ({ name: 'a' }) }, ['a']);
  await expect(run()).rejects.toThrow(/the decoder of clicks yields a promise.*into its `prepare`/);
});

test('what a preparation throws at at once is its word on the bytes: the record is refused', async () => {
  const decoder: Decoder = {
    prepare(bytes) {
      new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
      return Promise.resolve();
    },
    decode: names.decode,
  };
  const { taken, told, run } = open(decoder, ['long', 'no', 'name']);
  await run();
  expect(taken.map(({ value }) => value)).toEqual([
    { name: 'long' },
    expect.objectContaining({ reason: 'undecodable', message: expect.stringContaining('bounds') }),
    { name: 'name' },
  ]);
  expect(text(taken[1]!.encoded!)).toBe('no');
  expect(told).toEqual([]);
});

test('undefined is no value', async () => {
  const { taken, run } = open({ decode: () => undefined }, ['a']);
  await run();
  expect(taken[0]!.value).toMatchObject({ reason: 'undecodable', message: /yields undefined/ });
});

test('keys are decoded for tables alone; one that cannot be read is none', async () => {
  const records = ['a', '?'].map((key, offset): SourceRecord => {
    const place = { source: 'users', topic: 0, epoch: 0, partition: 0, offset, arrivedAt: 1 };
    return { ...place, value: Buffer.from('x'), key: Buffer.from(key) };
  });
  const source: RecordSource = {
    run: async (_from, take) => {
      await take({ source: 'users', topic: 0, epoch: 0, partition: 0, records, end: 2 });
    },
    pause: () => undefined,
    resume: () => undefined,
    commit: async () => undefined,
    ends: () => [],
    close: async () => undefined,
  };
  const keysOf = async (tables: readonly string[]): Promise<unknown[]> => {
    const keys: unknown[] = [];
    const decoded = decoding(source, {
      decoders: new Map([['users', names]]),
      topics: [{ source: 'users', topic: 'db.users', place: 0 }],
      tables: new Set(tables),
      logger: pino({ level: 'silent' }),
      events: { health: () => undefined },
    });
    await decoded.run([], async batch => void keys.push(...batch.records.map(({ key }) => key)));
    return keys;
  };
  expect(await keysOf(['users'])).toEqual([{ name: 'a' }, null]);
  expect(await keysOf([])).toEqual([Buffer.from('a'), Buffer.from('?')]);
});
