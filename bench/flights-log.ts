import { Random } from '../test/stream/support/random.ts';

/** One departure as it is parsed off the wire. */
export interface Departure {
  readonly scheduled_departure: number;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** µs. */
export const START = Date.UTC(2001, 0, 1) * 1000;

/** Departures evenly spread over airports and days, delays as skewed as they are. */
export function departures(seed: number, airports: number, aDay: number, days: number): Departure[] {
  const random = new Random(seed);
  const count = airports * aDay * days;
  return Array.from({ length: count }, (_, i) => {
    const minutes = Math.floor(-Math.log(1 - random.next()) * 25) - 8;
    return {
      scheduled_departure: START + Math.floor((i / count) * days * 86_400_000_000),
      delay: Math.max(minutes, 0) - random.below(6),
      distance: 100 + random.below(2500),
      origin: airportOf(i % airports),
      destination: `D${Math.floor(200 * random.next() ** 2)}`,
    };
  });
}

export function airportOf(i: number): string {
  return `A${i}`;
}
