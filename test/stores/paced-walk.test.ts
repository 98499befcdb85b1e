import { describe, expect, test } from 'vitest';
import { PacedWalk } from '../../runtime/stores/paced-walk.ts';
import { Random } from '../support/random.ts';
import { FakeEngine } from './support/fake-engine.ts';

const PERIOD = 1000;

/** When each key was last visited, or born; the walk is asked at every step. */
class Simulation {
  readonly engine = new FakeEngine(() => 0);
  readonly walk = new PacedWalk((cursor, count) => this.engine.keys('small', cursor, count), PERIOD);
  readonly visited = new Map<number, number>();
  readonly rounds: number[] = [];
  greatest = 0;
  now = 0;
  #id = 0;

  birth(): void {
    this.engine.touch(this.#id);
    this.visited.set(this.#id, this.now);
    this.#id += 1;
  }

  death(id: number): void {
    this.engine.remove(id);
    this.visited.delete(id);
  }

  step(ms: number): void {
    this.now += ms;
    for (let began: number | null = -1; began !== null;) {
      for (let key = this.walk.next(this.now); key !== null; key = this.walk.next(this.now)) {
        const id = key['id'] as number;
        // Seen a while ago, and gone since.
        if (!this.visited.has(id)) continue;
        this.greatest = Math.max(this.greatest, this.now - this.visited.get(id)!);
        this.visited.set(id, this.now);
      }
      began = this.walk.endRound(this.now);
      if (began === null) break;
      this.rounds.push(this.now);
      for (const [id, at] of this.visited)
        expect(at, `key ${id} in the round from ${began}`).toBeGreaterThanOrEqual(began);
    }
  }
}

describe('a paced walk', () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));

  test(`comes by each key in time, wherever keys come and go (seed ${seed})`, () => {
    for (let run = 0; run < 30; run += 1) {
      const random = new Random(seed + run);
      const simulation = new Simulation();
      const [births, deaths, purge] = [
        random.fraction() * 3,
        random.fraction() * 3,
        random.fraction() * 0.01,
      ];
      for (let i = random.below(300); i > 0; i -= 1) simulation.birth();
      for (let step = 0; step < 500; step += 1) {
        for (let i = random.below(Math.ceil(births * 2)); i > 0; i -= 1) simulation.birth();
        const live = [...simulation.visited.keys()];
        const share = random.chance(purge)
          ? 0.95
          : (deaths / 2 / Math.max(1, live.length)) * random.fraction();
        for (const id of live) if (random.chance(share)) simulation.death(id);
        simulation.step(10);
      }
      expect(simulation.greatest, `run ${run}`).toBeLessThanOrEqual(PERIOD * 1.05 + 20);
      expect(simulation.rounds.length).toBeGreaterThanOrEqual(4);
    }
  });

  test('that is held up makes up for it, and no more', () => {
    const simulation = new Simulation();
    for (let i = 0; i < 100; i += 1) simulation.birth();
    simulation.step(10);
    expect(simulation.rounds).toEqual([10]);
    for (let i = 0; i < 25; i += 1) simulation.step(10);
    const visited = (): number => [...simulation.visited.values()].filter(at => at === simulation.now).length;
    simulation.step(500);
    expect(visited()).toBeGreaterThan(45);
    expect(visited()).toBeLessThan(55);
    simulation.step(5000);
    expect(visited()).toBe(100);
  });

  test('in a hurry comes by every key at once, and once', () => {
    const simulation = new Simulation();
    for (let i = 0; i < 50; i += 1) simulation.birth();
    simulation.step(10);
    simulation.step(300);
    simulation.walk.hurry();
    simulation.step(10);
    expect([...simulation.visited.values()]).toEqual(Array.from({ length: 50 }, () => simulation.now));
    expect(simulation.walk.next(simulation.now)).toBeNull();
  });
});
