import { describe, expect, it } from 'vitest';
import { Engine } from '../../runtime/index.ts';
import type { Value } from '../../runtime/index.ts';
import { bruteForce } from './support/brute-force.ts';
import type { PlainRow } from './support/brute-force.ts';
import { columns, events, randomRow, toWire } from './support/events.ts';
import type { EventRow } from './support/events.ts';
import { loadProgram } from './support/load.ts';
import { group, program } from './support/plan.ts';
import { randomFeatures, SECOND } from './support/random-features.ts';
import { Random } from './support/random.ts';

const START = Date.UTC(2024, 4, 1, 11, 44, 50) * 1000;

async function run(
  seed: number,
  options: {
    readonly rows: number;
    readonly users: number;
    readonly restores: boolean;
    readonly features?: number;
  },
) {
  const random = new Random(seed);
  const features = randomFeatures(random, options.features ?? Infinity);
  const lookback = 5 * SECOND;
  const plan = program({
    sources: [events],
    groups: [
      group(
        'user',
        events,
        [columns.user_id],
        features.map(feature => feature.sketch),
        { lookback },
      ),
    ],
  });
  const loaded = await loadProgram(plan);
  let engine = new Engine(loaded);
  const rows: (PlainRow<EventRow> & { readonly user: number | null })[] = [];
  const offsets = [0, 0, 0];
  let now = START;
  let clock = -Infinity;
  for (let i = 0; i < options.rows; i += 1) {
    now += random.below(3) * random.pick([1, SECOND]);
    const late = random.chance(0.3) ? random.below(90) * SECOND : 0;
    const early = random.chance(0.05) ? random.below(20) * SECOND : 0;
    const row = randomRow(random, now - late + early, options.users);
    const partition = random.below(3);
    const offset = (offsets[partition]! += 1 + random.below(2));
    const verdict = engine.ingest({
      source: 'events',
      partition,
      offset,
      arrivedAt: now,
      value: toWire(row),
    });
    expect(verdict, `seed ${seed}`).toEqual({ kind: 'counted' });
    rows.push({ row, time: row.at, partition, offset, user: row.user_id });
    if (random.chance(0.1)) {
      engine.tick(now);
      clock = Math.max(clock, now);
    }
    if (options.restores && random.chance(0.05)) {
      const { keys, rows, texts } = engine.size();
      engine = Engine.restore(loaded, engine.save());
      expect(engine.size(), `seed ${seed}: as much as before`).toMatchObject({ keys, rows, texts });
    }
    if (!random.chance(0.3)) continue;
    const t = Math.max(
      now - (random.chance(0.3) ? random.below(6) * SECOND : 0),
      clock === -Infinity ? now : clock - lookback,
    );
    clock = Math.max(clock, t);
    const before = random.chance(0.3);
    const user = 1 + random.below(options.users + 1);
    const got = engine.readGroup('user', { user_id: user }, t, { before });
    const own = rows.filter(one => one.user === user);
    const wanted: Record<string, Value> = {};
    for (const { sketch, ...rest } of features)
      wanted[sketch.name] = bruteForce({ ...sketch, ...rest }, own, t, before);
    expect(got, `seed ${seed}, row ${i}, t ${t}, before ${before}`).toEqual(wanted);
  }
}

describe('windows over a stream', () => {
  it.each(Array.from({ length: 25 }, (_, i) => 1000 + i))('equal the brute force, seed %i', async seed => {
    await run(seed, { rows: 300, users: 3, restores: false });
  });

  it.each([1, 2, 3, 4, 5])('of one busy key too, seed %i', async seed => {
    await run(seed, { rows: 700, users: 1, restores: false });
  });

  it.each(Array.from({ length: 60 }, (_, i) => 2000 + i))(
    'of a few features equal it too, seed %i',
    async seed => {
      await run(seed, { rows: 300, users: 2, restores: seed % 3 === 0, features: 3 });
    },
  );

  it.each(Array.from({ length: 6 }, (_, i) => 50 + i))(
    'go on after a restore as if nothing had been, seed %i',
    async seed => {
      await run(seed, { rows: 250, users: 4, restores: true });
    },
  );
});
