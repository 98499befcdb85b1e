// Control path.
import { instantText } from '../history/instants.ts';

/** A stream of which retention has dropped arrivals that features look at. */
export interface DroppedArrivals {
  readonly source: string;
  /** The first arrival that they look at, µs; null: from the first on. */
  readonly needed: number | null;
  /** The first that is left, µs. */
  readonly completeFrom: number;
}

/** A state from the history would lack what retention has dropped: its values would be too small. */
export class DroppedHistory extends Error {
  override readonly name = 'DroppedHistory';

  constructor(readonly dropped: readonly DroppedArrivals[]) {
    super(
      `the history lacks what features look at:\n${dropped.map(line).join('\n')}\n` +
        `Import what is missing into a history with a longer retention, or take what is left with \`state: { bootstrap: 'incomplete' }\``,
    );
  }
}

const line = ({ source, needed, completeFrom }: DroppedArrivals): string => {
  const wanted =
    needed === null ? 'all arrivals from the first on' : `arrivals from ${instantText(needed)} on`;
  return `  ${source}: needs ${wanted}, has those from ${instantText(completeFrom)} on: older months were dropped, as its retention says`;
};
