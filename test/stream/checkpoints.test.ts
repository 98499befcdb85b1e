import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../runtime/checkpoints/checkpoint.ts';
import { Engine } from '../../runtime/index.ts';
import type { SourceRecord, StreamProgram } from '../../runtime/index.ts';
import { checkpointedLog, checkpointedProgram, keysOf } from './support/checkpointed-log.ts';
import { loadProgram } from './support/load.ts';
import { Random } from './support/random.ts';
import { SECOND } from './support/random-features.ts';

/** All that can be asked, at `t` and before it. */
function answers(engine: Engine, t: number): unknown {
  return Object.entries(keysOf).map(([group, keys]) =>
    keys.map(key =>
      [0, 1, SECOND, 5 * SECOND].map(back => [
        engine.readGroup(group, key, t - back),
        engine.readGroup(group, key, t - back, { before: true }),
      ]),
    ),
  );
}

/** Which keys stand in the state, and how many rows and texts. */
function contents(engine: Engine): unknown {
  const { keys, rows, texts } = engine.size();
  const held = Object.keys(keysOf).map(group =>
    engine
      .keys(group, 0, Infinity)
      .keys.map(key => JSON.stringify(key))
      .sort(),
  );
  return { keys, rows, texts, held };
}

/** A checkpoint under way: what the engine said when it began, and what it was given since. */
interface Running {
  readonly checkpoint: Checkpoint;
  readonly pieces: Uint8Array[];
  readonly at: number;
  readonly answers: unknown;
  readonly books: unknown;
  readonly contents: unknown;
  readonly since: ((engine: Engine) => void)[];
}

function books(engine: Engine): unknown {
  return [engine.frontier(), engine.counters(), engine.notFinite(), engine.clock];
}

class Session {
  readonly #random: Random;
  readonly #draw: () => { readonly now: number; readonly record: SourceRecord };
  readonly #loaded: StreamProgram;
  readonly #engine: Engine;
  #now = 0;
  #running: Running | null = null;
  restored = 0;
  #last: Engine | null = null;

  constructor(loaded: StreamProgram, random: Random) {
    this.#random = random;
    this.#draw = checkpointedLog(random);
    this.#loaded = loaded;
    this.#engine = new Engine(loaded);
  }

  step(): void {
    const random = this.#random;
    const what = random.below(20);
    if (what < 14) this.#ingest();
    else if (what === 14) this.#tick();
    else if (what === 15) answers(this.#engine, Math.max(this.#now, this.#engine.clock));
    else if (this.#running !== null) this.#next(this.#running);
    else if (this.#now > 0 && random.chance(0.3)) this.#begin();
  }

  /** Long after, when only what is for ever is held: the last one restored has let go of as much as the engine. */
  end(): void {
    while (this.#running !== null) this.#next(this.#running);
    for (const before = this.restored; this.restored === before;) {
      if (this.#running === null) this.#begin();
      this.#next(this.#running!);
    }
    const after = this.#now + 30 * 86_400 * SECOND;
    for (const engine of [this.#last!, this.#engine]) for (let i = 0; i < 20; i += 1) engine.tick(after + i);
    expect(contents(this.#last!), `seed ${this.#random.seed}`).toEqual(contents(this.#engine));
  }

  #ingest(): void {
    const { now, record } = this.#draw();
    this.#now = now;
    this.#do(engine => engine.ingest(record));
  }

  #tick(): void {
    const t = this.#now;
    this.#do(engine => engine.tick(t));
  }

  #do(act: (engine: Engine) => void): void {
    act(this.#engine);
    this.#running?.since.push(act);
  }

  #begin(): void {
    // Texts that the checkpoint before has kept are let go.
    this.#tick();
    const at = Math.max(this.#now, this.#engine.clock);
    const said = answers(this.#engine, at);
    this.#running = {
      at,
      answers: said,
      books: books(this.#engine),
      contents: contents(this.#engine),
      checkpoint: this.#engine.checkpoint(),
      pieces: [],
      since: [],
    };
  }

  #next(running: Running): void {
    const random = this.#random;
    if (random.chance(0.01)) {
      running.checkpoint.abandon();
      this.#running = null;
      return;
    }
    const piece = running.checkpoint.next(random.pick([1, 50, 500, 5000]));
    if (piece !== null) {
      running.pieces.push(piece.slice());
      return;
    }
    this.#running = null;
    this.#compare(running);
  }

  /** What is restored is what was; and it comes to where the engine is now, as the engine did. */
  #compare(running: Running): void {
    const seed = `seed ${this.#random.seed}`;
    const pieces = this.#random.chance(0.5) ? running.pieces : Buffer.concat(running.pieces);
    const restored = Engine.restore(this.#loaded, pieces);
    expect(books(restored), seed).toEqual(running.books);
    expect(answers(restored, running.at), seed).toEqual(running.answers);
    expect(contents(restored), seed).toEqual(running.contents);
    for (const act of running.since) act(restored);
    const now = Math.max(this.#now, this.#engine.clock);
    expect(answers(restored, now), seed).toEqual(answers(this.#engine, now));
    expect(books(restored), seed).toEqual(books(this.#engine));
    this.restored += 1;
    this.#last = restored;
  }
}

describe('a checkpoint taken while the engine goes on', () => {
  it.each(Array.from({ length: 24 }, (_, i) => 7000 + i))(
    'is the state of its begin, seed %i',
    async seed => {
      const random = new Random(seed);
      const session = new Session(await loadProgram(checkpointedProgram(random)), random);
      for (let i = 0; i < 1500; i += 1) session.step();
      session.end();
      expect(session.restored, `seed ${seed}`).toBeGreaterThan(2);
    },
  );
});
