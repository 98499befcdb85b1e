// Control path: rates of the last while, from counters that are noted once a second.
import type { SourceCounters } from '../engine/record.ts';
import type { Observed } from './observed.ts';
import type { Reads } from './reads.ts';
import { durationBounds, tallyQuantile } from './tally.ts';

/** Rates of the last ten seconds. */
export interface RecentReads {
  readonly reads: readonly RecentRead[];
  /** Records taken in a second, by source. */
  readonly events: Readonly<Record<string, number>>;
}

export interface RecentRead {
  readonly served: string;
  /** Requests answered since the process began. */
  readonly total: number;
  readonly perSecond: number;
  readonly keysPerSecond: number;
  /** Seconds to compute an answer; null where none was asked for. */
  readonly p50: number | null;
  readonly p99: number | null;
}

interface Note {
  /** µs. */
  readonly at: number;
  /** By served thing: how many fell in each bucket of durations. */
  readonly counts: ReadonlyMap<string, Float64Array>;
  readonly keys: ReadonlyMap<string, number>;
  readonly events: ReadonlyMap<string, number>;
}

const SPAN = 10_000_000;

export class Recent {
  readonly #reads: Reads;
  readonly #now: () => number;
  #observed: Observed | null = null;
  /** Oldest first; the first is the newest that is as old as the span, where there is one. */
  #notes: Note[] = [];

  /** @param now µs */
  constructor(reads: Reads, now: () => number) {
    this.#reads = reads;
    this.#now = now;
    this.#notes.push(this.#note());
  }

  observe(observed: Observed): void {
    this.#observed = observed;
    this.#notes = [this.#note()];
  }

  tick(): void {
    const note = this.#note();
    this.#notes.push(note);
    while (this.#notes.length > 2 && this.#notes[1]!.at <= note.at - SPAN) this.#notes.shift();
  }

  read(): RecentReads {
    const before = this.#notes[0]!;
    const now = this.#note();
    const seconds = Math.max((now.at - before.at) / 1e6, 0.001);
    const reads = [...this.#reads.answers].map(([served, { seconds: tally }]): RecentRead => {
      const earlier = before.counts.get(served)!;
      const counts = now.counts.get(served)!.map((count, bucket) => count - earlier[bucket]!);
      const requests = counts.reduce((sum, count) => sum + count, 0);
      return {
        served,
        total: tally.count,
        perSecond: requests / seconds,
        keysPerSecond: (now.keys.get(served)! - before.keys.get(served)!) / seconds,
        p50: tallyQuantile(durationBounds, counts, 0.5),
        p99: tallyQuantile(durationBounds, counts, 0.99),
      };
    });
    const events = [...now.events].map(([source, count]) => [
      source,
      (count - (before.events.get(source) ?? 0)) / seconds,
    ]);
    return { reads, events: Object.fromEntries(events) as Record<string, number> };
  }

  #note(): Note {
    const answers = [...this.#reads.answers];
    return {
      at: this.#now(),
      counts: new Map(answers.map(([served, { seconds }]) => [served, seconds.counts.slice()])),
      keys: new Map(answers.map(([served, { keys }]) => [served, keys])),
      events: new Map(
        Object.entries(this.#observed?.counters() ?? {}).map(([source, counters]) => [
          source,
          taken(counters),
        ]),
      ),
    };
  }
}

/** Records below the frontier are none that came in. */
function taken({ refused, known: _known, ...accepted }: SourceCounters): number {
  return [...Object.values(accepted), ...Object.values(refused)].reduce((sum, count) => sum + count, 0);
}
