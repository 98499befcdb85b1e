// Control path: the engine between two lives of the process.
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Checkpoint } from '../checkpoints/checkpoint.ts';
import { IncompatibleState } from '../checkpoints/errors.ts';
import { openCheckpoints } from '../checkpoints/open-checkpoints.ts';
import type { CheckpointEvents, Checkpoints, StoredCheckpoint } from '../checkpoints/open-checkpoints.ts';
import type { StateSettings } from '../config/settings.ts';
import { Engine } from '../engine/engine.ts';
import type { StreamProgram } from '../engine/program.ts';
import type { FrontierEntry } from '../engine/record.ts';
import type { CheckpointReading } from '../observe/observed.ts';
import type { CheckpointStatus } from '../observe/status.ts';

/** A checkpoint that has been written. */
export interface Written {
  readonly frontier: readonly FrontierEntry[];
  readonly bytes: number;
  readonly seconds: number;
  /** The longest stretch of work between two turns of reads, s. */
  readonly pause: number;
}

export interface DurableOptions {
  /** µs. */
  readonly now: () => number;
  readonly log: Logger;
  /**
   * Builds a state where no checkpoint has that of these features; yields null where there is nothing to build it
   * from. Absent: it begins empty, and checkpoints of other features are an error.
   */
  readonly build?: (() => Promise<Engine | null>) | null;
}

interface Newest {
  /** When it was begun, µs. */
  readonly at: number;
  readonly bytes: number;
  readonly seconds: number | null;
}

/** Brings the engine back from its newest whole checkpoint, and writes further ones. */
export class DurableState {
  failures = 0;
  readonly #checkpoints: Checkpoints;
  readonly #directory: string;
  readonly #now: () => number;
  #newest: Newest | null;

  private constructor(checkpoints: Checkpoints, directory: string, now: () => number, newest: Newest | null) {
    this.#checkpoints = checkpoints;
    this.#directory = directory;
    this.#now = now;
    this.#newest = newest;
  }

  /**
   * @throws IncompatibleState, DamagedState, StateInUse: each says what to do; what `build` throws
   */
  static async open(
    program: StreamProgram,
    { directory, keep }: Pick<StateSettings, 'directory' | 'keep'>,
    { now, log, build }: DurableOptions,
  ): Promise<{ durable: DurableState; engine: Engine }> {
    const started = performance.now();
    const checkpoints = await openCheckpoints({
      directory,
      fingerprint: program.fingerprint,
      keep,
      now,
      events: said(log),
    });
    try {
      const latest = await latestOf(checkpoints);
      if (latest === null || latest instanceof IncompatibleState) {
        const engine = await begin(program, checkpoints, latest, build, log);
        return { durable: new DurableState(checkpoints, directory, now, null), engine };
      }
      const engine = Engine.restore(program, latest.pieces());
      const { createdAt: at, bytes } = latest;
      log.info(
        {
          file: latest.file,
          bytes,
          keys: engine.size().keys,
          seconds: seconds(started),
          frontier: engine.frontier(),
        },
        'the state is back',
      );
      const durable = new DurableState(checkpoints, directory, now, { at, bytes, seconds: null });
      return { durable, engine };
    } catch (error) {
      await checkpoints.close();
      throw error;
    }
  }

  /** Writes one, in turns with reads and records. Rejects where it could not; the last good one stays. */
  async write(engine: Engine): Promise<Written> {
    const at = this.#now();
    const started = performance.now();
    const timed = new TimedCheckpoint(engine);
    try {
      const { bytes, frontier } = await this.#checkpoints.write(timed, { yield: () => setImmediate() });
      this.#newest = { at, bytes, seconds: seconds(started) };
      return { frontier, bytes, seconds: seconds(started), pause: timed.longest / 1000 };
    } catch (error) {
      this.failures += 1;
      throw error;
    }
  }

  reading(): CheckpointReading {
    if (this.#newest === null) return { age: null, bytes: null };
    return { age: (this.#now() - this.#newest.at) / 1e6, bytes: this.#newest.bytes };
  }

  status(): CheckpointStatus {
    return {
      directory: this.#directory,
      at: this.#newest === null ? null : new Date(this.#newest.at / 1000).toISOString(),
      ...this.reading(),
      seconds: this.#newest?.seconds ?? null,
      failures: this.failures,
    };
  }

  /** Lets another process have the directory. */
  async close(): Promise<void> {
    await this.#checkpoints.close();
  }
}

async function latestOf(checkpoints: Checkpoints): Promise<StoredCheckpoint | IncompatibleState | null> {
  try {
    return await checkpoints.latest();
  } catch (error) {
    if (error instanceof IncompatibleState) return error;
    throw error;
  }
}

/**
 * A state that no checkpoint holds. One of other features stays where it is until another has been built.
 * @throws IncompatibleState where there is nothing to build one from
 */
async function begin(
  program: StreamProgram,
  checkpoints: Checkpoints,
  other: IncompatibleState | null,
  build: DurableOptions['build'],
  log: Logger,
): Promise<Engine> {
  const built = (await build?.()) ?? null;
  if (built === null) {
    if (other !== null) throw other;
    log.info('there is no checkpoint yet: the state begins empty');
    return new Engine(program);
  }
  if (other !== null) {
    const replaced = await checkpoints.replace();
    log.warn(
      { file: other.file, replaced },
      'the checkpoints of other features were set aside, as *.replaced-*',
    );
  }
  return built;
}

/** A checkpoint that knows how long it kept reads waiting, ms. */
class TimedCheckpoint implements Checkpoint {
  longest = 0;
  readonly frontier: readonly FrontierEntry[];
  readonly clock: number;
  readonly #checkpoint: Checkpoint;

  constructor(engine: Engine) {
    this.#checkpoint = this.#time(() => engine.checkpoint());
    this.frontier = this.#checkpoint.frontier;
    this.clock = this.#checkpoint.clock;
  }

  next(budget: number): Uint8Array | null {
    return this.#time(() => this.#checkpoint.next(budget));
  }

  abandon(): void {
    this.#checkpoint.abandon();
  }

  #time<T>(work: () => T): T {
    const started = performance.now();
    try {
      return work();
    } finally {
      this.longest = Math.max(this.longest, performance.now() - started);
    }
  }
}

/** What operators must see of it. */
function said(log: Logger): CheckpointEvents {
  return {
    rejected: (file, reason) =>
      log.error({ file, reason }, 'a checkpoint cannot be used: the one before it is tried'),
    written: ({ file, bytes, duration }) =>
      log.info({ file, bytes, seconds: duration / 1e6 }, 'checkpoint written'),
    failed: error => log.error({ err: error }, 'no checkpoint could be written: the last good one stands'),
    tookOver: holder => log.warn({ holder }, 'took the state over from a process that is no more'),
    unremoved: (file, error) => log.warn({ file, err: error }, 'a file that is no longer needed stays'),
  };
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}
