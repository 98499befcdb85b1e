import { describe, expect, it } from 'vitest';
import { Engine, UnknownName } from '../../runtime/index.ts';
import type { Value } from '../../runtime/index.ts';
import { checkpointedLog, checkpointedProgram, keysOf } from './support/checkpointed-log.ts';
import { loadProgram } from './support/load.ts';
import { Random } from './support/random.ts';
import { SECOND } from './support/random-features.ts';

const loaded = await loadProgram(checkpointedProgram(new Random(4711)));
const groups = Object.keys(keysOf);
const ordered = (keys: readonly unknown[]): string[] => keys.map(key => JSON.stringify(key)).sort();

/** What is read of each key of a group, at one instant: it changes with rows alone. */
function values(engine: Engine, group: string, t: number): Map<string, string> {
  const keys = keysOf[group]!;
  return new Map(
    keys.map(key => [JSON.stringify(key), JSON.stringify(engine.readGroup(group, key, t), withBigints)]),
  );
}

function withBigints(_: string, value: Value): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

describe('changed keys', () => {
  it.each([1, 2, 3, 4])('are all that read otherwise than before, each once, seed %i', seed => {
    const random = new Random(seed);
    const draw = checkpointedLog(random);
    const engine = new Engine(loaded);
    const watches = groups.map(group => engine.watch(group));
    let now = 0;
    for (let round = 0; round < 150; round += 1) {
      const t = Math.max(now, engine.clock);
      const before = round === 0 ? null : groups.map(group => values(engine, group, t));
      for (let i = random.below(12); i >= 0; i -= 1) {
        const drawn = draw();
        now = drawn.now;
        engine.ingest(drawn.record);
      }
      // The clock stands: it alone would change what is read.
      groups.forEach((group, i) => {
        const changed = watches[i]!.drain(Infinity).map(key => JSON.stringify(key));
        expect(new Set(changed).size, `seed ${seed}`).toBe(changed.length);
        if (before === null) return;
        for (const [key, value] of values(engine, group, t))
          if (before[i]!.get(key) !== value) expect(changed, `seed ${seed}, ${group}`).toContain(key);
      });
      if (random.chance(0.3)) engine.tick(now);
    }
  });

  it('come in parts, and none twice', () => {
    const engine = new Engine(loaded);
    const watch = engine.watch('number');
    const take = ingester(engine);
    for (const number of [1, 2, 3, 2, 1]) take(number);
    expect(watch.waiting).toBe(3);
    expect(watch.drain(2)).toEqual([{ number: 1 }, { number: 2 }]);
    take(1);
    expect(watch.drain(10)).toEqual([{ number: 3 }, { number: 1 }]);
    expect(watch.drain(10)).toEqual([]);
  });

  it('are told when nothing is left of them, and their slot is another’s', () => {
    const engine = new Engine(loaded);
    const watch = engine.watch('number');
    const take = ingester(engine);
    take(1);
    take(2);
    watch.drain(1);
    for (let i = 0; i < 20; i += 1) engine.tick(START + 100 * SECOND + i);
    expect(engine.keys('number', 0, 10)).toEqual({ keys: [], next: null });
    take(3, START + 100 * SECOND);
    expect(ordered(watch.drain(10))).toEqual(ordered([{ number: 1 }, { number: 2 }, { number: 3 }]));
    expect(watch.drain(10)).toEqual([]);
  });

  it('say when they were too many', () => {
    const engine = new Engine(loaded);
    const watch = engine.watch('number', 3);
    const take = ingester(engine);
    for (const number of [1, 2, 3]) take(number);
    expect(watch.overflowed).toBe(false);
    take(4);
    expect([watch.overflowed, watch.drain(10)]).toEqual([true, []]);
    take(5);
    expect(watch.drain(10)).toEqual([]);
    watch.restart();
    expect(watch.overflowed).toBe(false);
    take(4);
    expect(watch.drain(10)).toEqual([{ number: 4 }]);
  });

  it('are one reader’s, until it is closed', () => {
    const engine = new Engine(loaded);
    const watch = engine.watch('number');
    expect(() => engine.watch('number')).toThrow('number is watched already: close that watch first');
    watch.close();
    const take = ingester(engine);
    take(1);
    expect(watch.drain(10)).toEqual([]);
    engine.watch('number');
    expect(() => engine.watch('numbr')).toThrow(UnknownName);
  });

  it('and all keys there are can be walked', () => {
    const engine = new Engine(loaded);
    const draw = checkpointedLog(new Random(5));
    for (let i = 0; i < 500; i += 1) engine.ingest(draw().record);
    for (const group of groups) {
      const all: unknown[] = [];
      for (let cursor: number | null = 0; cursor !== null;) {
        const { keys, next } = engine.keys(group, cursor, 3);
        expect(keys.length).toBeLessThanOrEqual(3);
        all.push(...keys);
        cursor = next;
      }
      expect(new Set(ordered(all)).size).toBe(all.length);
      expect(ordered(keysOf[group]!)).toEqual(expect.arrayContaining(ordered(all)));
      expect(all.length, group).toBeGreaterThan(2);
    }
  });
});

const START = Date.UTC(2024, 4, 1) * 1000;

/** Takes a row of a number, each with a new offset. */
function ingester(engine: Engine): (number: number, at?: number) => void {
  let offset = 0;
  const row = {
    user_id: null,
    kind: 'view',
    session: null,
    amount: null,
    wide: null,
    score: null,
    items: 1,
    flag: null,
    big: null,
    ref: '00000000-0000-4000-8000-000000000000',
    seen: null,
  };
  return (number, at = START) => {
    // Of one id a horizon apart: none is a repeat.
    const arrivedAt = at + offset * 6 * SECOND;
    const verdict = engine.ingest({
      source: 'numbered',
      partition: 0,
      offset: offset++,
      arrivedAt,
      value: { ...row, number, at: arrivedAt },
    });
    expect(verdict.kind).toBe('counted');
  };
}
