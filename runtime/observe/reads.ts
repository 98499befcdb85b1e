// Hot path: counts reads and requests.
import { durationBounds, keyBounds, Tally } from './tally.ts';

export type TransportName = 'http' | 'tcp';

interface ReadTally {
  readonly seconds: Tally;
  keys: number;
}

/** Answers of the state by what is served, and requests by the wire they came on. */
export class Reads {
  readonly answers = new Map<string, ReadTally>();
  readonly durations: Readonly<Record<TransportName, Tally>> = {
    http: new Tally(durationBounds),
    tcp: new Tally(durationBounds),
  };
  readonly keys: Readonly<Record<TransportName, Tally>> = {
    http: new Tally(keyBounds),
    tcp: new Tally(keyBounds),
  };
  /** By transport and served thing: how many had which result. */
  readonly results: Readonly<Record<TransportName, Map<string, Map<string, number>>>> = {
    http: new Map(),
    tcp: new Map(),
  };

  /** @param names all that is served: a name that clients make up must not become a label */
  constructor(names: readonly string[]) {
    for (const name of names) this.answers.set(name, { seconds: new Tally(durationBounds), keys: 0 });
  }

  answered(served: string, keys: number, seconds: number): void {
    const tally = this.answers.get(served);
    if (tally === undefined) return;
    tally.seconds.add(seconds);
    tally.keys += keys;
  }

  requested(
    transport: TransportName,
    served: string | null,
    result: string,
    keys: number,
    seconds: number,
  ): void {
    this.durations[transport].add(seconds);
    if (keys > 0) this.keys[transport].add(keys);
    const name = served !== null && this.answers.has(served) ? served : '';
    const byName = this.results[transport];
    let counts = byName.get(name);
    if (counts === undefined) byName.set(name, (counts = new Map<string, number>()));
    counts.set(result, (counts.get(result) ?? 0) + 1);
  }
}
