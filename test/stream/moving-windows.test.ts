import { describe, expect, it } from 'vitest';
import { streamBackend } from '../../generator/backends/stream/index.ts';
import { ExtremeWindow, NumberColumn, Segments, ValueTally, WindowValues } from '../../runtime/abi.ts';
import { Dictionary, NO_CODE } from '../../runtime/state/dictionary.ts';
import { throughCheckpoint } from './support/checkpoints.ts';
import { column, columnExpr, group, program, stream, window } from './support/plan.ts';
import { Random } from './support/random.ts';

const SLOT = 1;

/** One key's rows, a column of values, and what observes them. */
function fixture() {
  const values = new NumberColumn();
  const least = new ExtremeWindow(values, -1);
  const greatest = new ExtremeWindow(values, 1);
  const frequent = new WindowValues(values, new ValueTally());
  const rows = new Segments([values], {
    lanes: null,
    pins: [],
    observers: [least, greatest, frequent],
    lifetime: false,
  });
  rows.open(SLOT);
  const add = (time: number, value: number): void => {
    const at = rows.place(SLOT, time, 0, 0);
    if (at < 0) return;
    values.cells[at] = value;
    if (at + 1 < rows.end[SLOT]!) rows.settle(SLOT, at);
  };
  return { values, least, greatest, frequent, rows, add };
}

describe('what cannot be had by subtraction', () => {
  it.each([1, 2, 3, 4])('is right as windows move to and fro, seed %i', seed => {
    const random = new Random(seed);
    const { values, least, greatest, frequent, rows, add } = fixture();
    let now = 0;
    for (let i = 0; i < 6000; i += 1) {
      now += random.below(3);
      // Late by a little, seldom by much; falling for a while, as is worst for a maximum.
      const late = random.chance(0.1) ? random.below(random.chance(0.1) ? 400 : 8) : 0;
      add(now - late, random.chance(0.1) ? NaN : i % 2000 < 500 ? 1 - i : random.below(50));
      if (random.chance(0.01)) rows.horizon = now - 600;
      if (random.chance(0.02)) rows.sweep(SLOT);
      if (!random.chance(0.2)) continue;
      const t = now - (random.chance(0.2) ? random.below(100) : 0);
      const high = rows.at(SLOT, t);
      const low = rows.at(SLOT, t - random.pick([20, 300, 500, 500]));
      const seen = [...values.cells.subarray(low + 1, high + 1)].filter(value => !Number.isNaN(value));
      const where = `seed ${seed}, ${i}`;
      expect(least.read(rows, SLOT, low, high), where).toBe(seen.length === 0 ? null : Math.min(...seen));
      expect(greatest.read(rows, SLOT, low, high), where).toBe(seen.length === 0 ? null : Math.max(...seen));
      const counts = new Map<number, number>();
      for (const value of seen) counts.set(value, (counts.get(value) ?? 0) + 1);
      const order = [...counts].sort(([a, m], [b, n]) => n - m || a - b).map(([value]) => value);
      expect(frequent.count(rows, SLOT, low, high), where).toBe(counts.size);
      expect(frequent.mode(rows, SLOT, low, high), where).toBe(order[0] ?? null);
      expect(frequent.top(rows, SLOT, 3, low, high), where).toEqual(order.slice(0, 3));
      expect(frequent.list(rows, SLOT, low, high), where).toEqual([...counts.keys()]);
    }
  });
});

describe('the dictionary', () => {
  it.each([1, 2])('keeps what is held, of any text, through snapshots, seed %i', seed => {
    const random = new Random(seed);
    let dictionary = new Dictionary();
    const codes = new Map<string | bigint, number>();
    const held: (string | bigint)[] = [];
    const make = (n: number): string | bigint => {
      if (n % 3 === 0) return BigInt(n - 1500) * 1234567890123n;
      if (n % 3 === 1) return `s-${n.toString(36).repeat(n % 9)}`;
      return `${'aü€😀\ud800'.slice(n % 2, 1 + (n % 6))}${n}`;
    };
    for (let i = 0; i < 60_000; i += 1) {
      if (held.length === 0 || (held.length < 5000 && random.chance(0.55))) {
        const value = make(random.below(3000));
        const code = dictionary.encode(value);
        expect(codes.get(value) ?? code, `seed ${seed}, ${i}`).toBe(code);
        dictionary.acquire(code);
        codes.set(value, code);
        held.push(value);
      } else {
        const [value] = held.splice(random.below(held.length), 1) as [string | bigint];
        const code = codes.get(value)!;
        expect(dictionary.find(value), `seed ${seed}, ${i}`).toBe(code);
        expect(dictionary.value(code)).toBe(value);
        dictionary.release(code);
        if (held.includes(value)) continue;
        codes.delete(value);
        expect(dictionary.find(value)).toBe(NO_CODE);
      }
      if (i % 20_000 !== 0) continue;
      dictionary = throughCheckpoint(dictionary, new Dictionary());
      // Who holds what is no part of it.
      for (const value of held) dictionary.acquire(codes.get(value)!);
      dictionary.indexHeld();
    }
    expect(dictionary.size).toBe(codes.size);
  });
});

describe('a vector', () => {
  it('reads no more of a group than it takes', () => {
    const user = column('user', { kind: 'int' });
    const price = column('price', { kind: 'double' });
    const events = stream('events', [user, price, column('at', { kind: 'timestamp' })]);
    const minute = window(60_000_000);
    const users = group(
      'users',
      events,
      [user],
      [
        { name: 'events_1m', aggregate: { kind: 'count' }, window: minute },
        { name: 'spent_1m', aggregate: { kind: 'sum' }, input: columnExpr(price), window: minute },
      ],
    );
    const origin = { file: 'features/test.ts', line: 1 };
    const vector = {
      name: 'score',
      request: [{ name: 'user', type: { kind: 'int' }, nullable: false }],
      lookups: [{ group: 'users', keys: [{ kind: 'request', name: 'user' }] }],
      outputs: [
        {
          name: 'events',
          from: { kind: 'feature', lookup: 0, feature: 'events_1m' },
          type: { kind: 'int' },
          nullable: false,
          default: null,
          doc: null,
          origin,
        },
      ],
      derived: [],
      features: ['events'],
      doc: null,
      owner: null,
      tags: [],
      status: 'stable',
      origin,
    } as const;
    const files = streamBackend(program({ sources: [events], groups: [users], vectors: [vector] }));
    const text = (path: string): string => files.find(file => file.path === path)!.text;
    const part = text('stream/users.ts').match(/readForScore[^]*?\n {2}\}\n/)?.[0];
    expect(part).toContain('$events_1m');
    expect(part).not.toContain('spent_1m');
    expect(text('stream/score-vector.ts')).toContain('const lookup0 = read(usersForScore, { user: ');
  });
});
