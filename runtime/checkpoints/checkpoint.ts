// What the engine gives a store of checkpoints.
import type { FrontierEntry } from '../engine/record.ts';

/** The whole state as it was when the checkpoint began, given out piece by piece while the state moves on. */
export interface Checkpoint {
  /** Where the state stood. */
  readonly frontier: readonly FrontierEntry[];
  /** µs. */
  readonly clock: number;
  /**
   * The next bytes, or null at the end. Does about `budget` bytes of work, so that reads and records get their
   * turn in between. The bytes stand until the next call, which writes others in their place: megabytes that come and
   * go would have the collector stop the service.
   */
  next(budget: number): Uint8Array | null;
  /** Gives up: the state stops keeping what was. */
  abandon(): void;
}
