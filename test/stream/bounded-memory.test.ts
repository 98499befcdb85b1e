import { describe, expect, it } from 'vitest';
import { Engine } from '../../runtime/index.ts';
import type { StreamProgram } from '../../runtime/index.ts';
import { columns } from './support/events.ts';
import { loadProgram } from './support/load.ts';
import { column, columnExpr, group, program, stream, window } from './support/plan.ts';

const SECOND = 1_000_000;
const START = Date.UTC(2024, 4, 1) * 1000;
const at = column('at', { kind: 'timestamp' });
const key = column('key', { kind: 'text' });
const value = column('value', { kind: 'text' });
const amount = column('amount', { kind: 'int' });

function windowed(id: (typeof columns)[keyof typeof columns]) {
  const visits = stream('visits', [key, id, value, amount, at], {
    id: { column: id.name, horizon: 10 * SECOND },
  });
  const features = [
    { name: 'n', aggregate: { kind: 'count' }, window: window(20 * SECOND) },
    { name: 'sum', aggregate: { kind: 'sum' }, input: columnExpr(amount), window: window(60 * SECOND) },
    {
      name: 'values',
      aggregate: { kind: 'countDistinct' },
      input: columnExpr(value),
      window: window(30 * SECOND),
    },
  ] as const;
  const groups = [group('by_key', visits, [key], features, { lookback: 5 * SECOND })];
  return loadProgram(program({ sources: [visits], groups }));
}

/** Each record has a key, an id and a value that none has had before it. */
function feed(engine: Engine, from: number, to: number, id: (n: number) => unknown): void {
  for (let n = from; n < to; n += 1) {
    const arrivedAt = START + n * 8000;
    const row = {
      key: `key ${n}`,
      id: id(n),
      value: `value ${n}`,
      amount: n,
      at: arrivedAt - (n % 7) * SECOND,
    };
    engine.ingest({ source: 'visits', partition: 0, offset: n, arrivedAt, value: row });
    if (n % 250 === 0) engine.tick(arrivedAt);
  }
}

const kinds: readonly (readonly [string, StreamProgram, (n: number) => unknown])[] = [
  ['numbers', await windowed(column('id', { kind: 'int' })), n => n],
  ['texts', await windowed(column('id', { kind: 'text' })), n => `id ${n}`],
];

describe('memory', () => {
  it.each(kinds)('stays bounded while ever new keys come, ids that are %s', (_, loaded, id) => {
    const engine = new Engine(loaded);
    // What 65 s hold is 8,125 rows; as many as half of these wait to be swept.
    feed(engine, 0, 30_000, id);
    const early = { memory: engine.memory(), ...engine.size() };
    expect(early.keys).toBeLessThan(13_000);
    feed(engine, 30_000, 90_000, id);
    const late = { memory: engine.memory(), ...engine.size() };
    for (const what of ['memory', 'keys', 'rows', 'places', 'texts'] as const)
      expect(late[what], what).toBeLessThan(early[what] * 1.15);
    // 20 s of ids.
    expect(engine.memory()).toBeLessThan(13_000 * 400);
  });

  it('is given back when nothing can be seen any more', async () => {
    const engine = new Engine(await windowed(columns.items));
    const row = { items: 0, value: 'v', amount: 1 };
    for (let n = 0; n < 60_000; n += 1) {
      const seen = { ...row, items: n, key: `key ${n % 20_000}`, at: START };
      engine.ingest({ source: 'visits', partition: 0, offset: n, arrivedAt: START, value: seen });
    }
    const full = engine.memory();
    expect(engine.size().places).toBeGreaterThan(70_000);
    for (let i = 0; i < 1000; i += 1) engine.tick(START + 300 * SECOND + i * SECOND);
    expect(engine.size()).toMatchObject({ keys: 0, rows: 0, texts: 0 });
    expect(engine.size().places).toBeLessThan(70_000);
    // Ids go by arrival, when others come.
    for (const n of [1, 2]) {
      const arrivedAt = START + n * 1000 * SECOND;
      engine.ingest({
        source: 'visits',
        partition: 0,
        offset: 60_000 + n,
        arrivedAt,
        value: { ...row, items: n, key: 'k', at: arrivedAt },
      });
    }
    expect(engine.memory()).toBeLessThan(full / 500);
  });

  it('says what a checkpoint has kept for itself, and gives it back', async () => {
    const engine = new Engine(kinds[0]![1]);
    feed(engine, 0, 20_000, n => n);
    const { texts } = engine.size();
    const checkpoint = engine.checkpoint();
    for (let i = 0; i < 400; i += 1) engine.tick(START + 500 * SECOND + i);
    expect(engine.size()).toMatchObject({ keys: 0, texts });
    expect(texts).toBeGreaterThan(10_000);
    checkpoint.abandon();
    for (let i = 0; i < 10; i += 1) engine.tick(START + 600 * SECOND + i);
    expect(engine.size()).toMatchObject({ keys: 0, texts: 0 });
  });
});
