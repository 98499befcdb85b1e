// Control path.
import type { Flights } from './flights.ts';

/** One line of the training set to be: a departure that a model would have been asked about. */
export interface SpineRow {
  readonly origin: string;
  readonly destination: string;
  readonly distance: number;
  /** The scheduled departure, µs: the instant of the question, and the limit of what could be known. */
  readonly t: number;
  /** What became of it: the label. Minutes. */
  readonly delay: number;
}

/** `rows` departures, evenly spread over the flights and therefore over time, in order of time. */
export function chooseSpine(flights: Flights, rows: number): SpineRow[] {
  const chosen = Math.min(rows, flights.count);
  return Array.from({ length: chosen }, (_, index) => {
    const row = Math.floor(((index + 0.5) * flights.count) / chosen);
    return {
      origin: flights.origin[row]!,
      destination: flights.destination[row]!,
      distance: flights.distance[row]!,
      t: flights.scheduledDeparture[row]!,
      delay: flights.delay[row]!,
    };
  });
}
