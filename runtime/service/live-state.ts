// Hot path: every record and every read of the service passes here.
import { setImmediate } from 'node:timers/promises';
import type { ReadAnswer, ReadRequest } from '../client/transport.ts';
import type { Engine } from '../engine/engine.ts';
import { TooFarAhead } from '../engine/errors.ts';
import type { FrontierEntry, SourceRecord, Verdict } from '../engine/record.ts';
import type { Value } from '../engine/value.ts';
import type { Answerer } from '../serve/answerer.ts';
import type { Batch } from '../sources/source.ts';

/** Records are taken for this long, ms, before reads get their turn. */
const SLICE = 1;
/** Between two looks at the clock of a slice. */
const STRIDE = 8;

export interface LiveStateEvents {
  refused(verdict: Extract<Verdict, { kind: 'refused' }>): void;
  /** One request has been answered: of how many keys, in how many seconds. */
  read(name: string, keys: number, seconds: number): void;
  /** What was answered; only where `wantsValues` said so before. */
  values(name: string, values: Readonly<Record<string, Value>>): void;
  wantsValues(): boolean;
  /** Each answer, with what was asked. */
  answered(request: ReadRequest, answer: ReadAnswer): void;
}

/**
 * The engine and the turns that are taken at it: records in slices, reads between them, each at one frontier.
 * All run in one thread, so nothing here ever waits for a lock.
 */
export class LiveState implements Answerer {
  readonly engine: Engine;
  readonly #now: () => number;
  readonly #events: LiveStateEvents;
  #frontier: readonly FrontierEntry[] | null = null;

  /** @param now µs */
  constructor(engine: Engine, now: () => number, events: LiveStateEvents) {
    this.engine = engine;
    this.#now = now;
    this.#events = events;
  }

  /** Takes a batch in; settles when all of it can be read. */
  async take(batch: Batch): Promise<void> {
    const { records } = batch;
    for (let taken = 0; taken < records.length;) {
      // Before the first slice too: batches that are less than one come one behind the other.
      await setImmediate();
      taken = this.#slice(records, taken);
    }
    this.engine.pass({ ...batch, nextOffset: batch.next ?? 0 });
    this.#frontier = null;
  }

  #slice(records: readonly SourceRecord[], from: number): number {
    const until = performance.now() + SLICE;
    const { engine } = this;
    let at = from;
    do {
      const end = Math.min(at + STRIDE, records.length);
      for (; at < end; at += 1) {
        const verdict = engine.ingest(records[at]!);
        if (verdict.kind === 'refused') this.#events.refused(verdict);
      }
    } while (at < records.length && performance.now() < until);
    this.#frontier = null;
    return at;
  }

  frontier(): readonly FrontierEntry[] {
    this.#frontier ??= this.engine.frontier();
    return this.#frontier;
  }

  /** @throws TooFarAhead for an instant to come; else as `Engine.readGroup` */
  answer(request: ReadRequest): ReadAnswer {
    const { kind, name, keys, at: wanted } = request;
    const started = performance.now();
    const now = this.#now();
    const at = wanted ?? now;
    if (at > now) throw new TooFarAhead(at, now);
    const values = new Array<Record<string, Value>>(keys.length);
    for (let i = 0; i < keys.length; i += 1) {
      values[i] =
        kind === 'group'
          ? this.engine.readGroup(name, keys[i] as Readonly<Record<string, Value>>, at)
          : this.engine.readVector(name, keys[i] as Parameters<Engine['readVector']>[1], at);
    }
    this.#events.read(name, keys.length, (performance.now() - started) / 1000);
    if (keys.length > 0 && this.#events.wantsValues()) this.#events.values(name, values[0]!);
    const answer = { at, frontier: this.frontier(), values };
    this.#events.answered(request, answer);
    return answer;
  }

  /** Moves the engine's clock: old rows go, a few keys are tidied up. */
  tick(): void {
    this.engine.tick(this.#now());
  }
}
