// What happens now and then, counted when it does.
import { durationBounds, Tally } from './tally.ts';

/** Event time to arrival: from a millisecond to a month, and events that arrive before they happen. */
const delayBounds: readonly number[] = [
  0, 0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800, 2_592_000,
];

export interface Written {
  rows: number;
  failures: number;
}

export class Happenings {
  readonly checkpoints = new Tally(durationBounds);
  readonly checkpointPauses = new Tally(durationBounds);
  checkpointFailures = 0;
  readonly archived: Written = { rows: 0, failures: 0 };
  readonly archiveBatches = new Tally(durationBounds);
  readonly audited = { written: 0, dropped: 0, failures: 0 };
  readonly delays = new Map<string, Tally>();
  readonly stores = new Map<string, Written>();

  constructor(sources: readonly string[]) {
    for (const source of sources) this.delays.set(source, new Tally(delayBounds));
  }

  store(name: string): Written {
    let written = this.stores.get(name);
    if (written === undefined) this.stores.set(name, (written = { rows: 0, failures: 0 }));
    return written;
  }
}
