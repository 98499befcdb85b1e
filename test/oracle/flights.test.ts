import { parseInstant } from 'skewless';
import { expect, test } from 'vitest';
import { airportDepartures, delayRisk } from '../../features/flights.ts';
import { Oracle } from '../../testing/index.ts';
import { flightRecords } from '../support/flights.ts';

const records = flightRecords('2k');
const oracle = new Oracle(records, [delayRisk, airportDepartures]);
const flights = records.map(({ arrivedAt, value }) => {
  const flight = value as {
    origin: string;
    destination: string;
    delay: number;
    distance: number;
    scheduled_departure: string;
  };
  return { ...flight, arrivedAt, at: parseInstant(flight.scheduled_departure)! };
});
const day = 86_400_000_000;

test('every real flight is read', () => {
  expect(flights.length).toBeGreaterThan(1900);
  expect(new Set(oracle.verdicts.map(verdict => verdict.kind))).toEqual(new Set(['counted']));
});

test('before each departure, a day of departures is what had left by then', () => {
  for (const { origin, at } of flights.slice(-200)) {
    const seen = flights.filter(
      f => f.origin === origin && f.at > at - day && f.at < at && f.arrivedAt <= at,
    );
    const values = oracle.readGroup(airportDepartures, { airport: origin }, at, {
      before: true,
      known: { knownAt: at },
    });
    expect(values['departures_24h']).toBe(seen.length);
    // Whole minutes: their sum is exact, so that the mean has one rounding either way.
    expect(values['delay_24h_mean']).toBe(
      seen.length === 0 ? null : seen.reduce((sum, f) => sum + f.delay, 0) / seen.length,
    );
  }
});

test('the next departure has a risk to be read', () => {
  const { origin, destination, distance, at } = flights.at(-1)!;
  const values = oracle.readVector(delayRisk, { origin, destination, distance }, at, {
    before: true,
    known: { knownAt: at },
  });
  expect(Object.keys(values)).toHaveLength(16);
  expect(values['is_short_haul']).toBe(distance < 500);
});
