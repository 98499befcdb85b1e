import { beforeAll, expect, test } from 'vitest';
import { disorderOf, flightsFile, readFlights, wireRecord } from '../../demo/flights.ts';
import type { Flights } from '../../demo/flights.ts';
import { chooseSpine } from '../../demo/spine.ts';

let flights: Flights;
beforeAll(async () => {
  flights = await readFlights(flightsFile(), 2_000);
});

test('flights stand in order of schedule, the log in order of arrival, ties by schedule', () => {
  const { count, scheduledDeparture, arrivedAt, arrivals } = flights;
  expect(count).toBe(2_000);
  for (let row = 1; row < count; row++) {
    expect(scheduledDeparture[row]).toBeGreaterThanOrEqual(scheduledDeparture[row - 1]!);
    const [before, here] = [arrivals[row - 1]!, arrivals[row]!];
    const inOrder =
      arrivedAt[before]! < arrivedAt[here]! || (arrivedAt[before] === arrivedAt[here] && before < here);
    expect(inOrder).toBe(true);
  }
});

test('a late flight is known late, an early one on schedule', () => {
  const late = flights.delay.findIndex(delay => delay > 0);
  const early = flights.delay.findIndex(delay => delay < 0);
  expect(flights.arrivedAt[late]! - flights.scheduledDeparture[late]!).toBe(flights.delay[late]! * 60e6);
  expect(flights.arrivedAt[early]).toBe(flights.scheduledDeparture[early]);
});

test('a record is JSON in bytes, at its place in the log', () => {
  const { value, ...place } = wireRecord(flights, 7);
  const row = flights.arrivals[7]!;
  expect(place).toEqual({ source: 'flights', partition: 0, offset: 7, arrivedAt: flights.arrivedAt[row] });
  expect(JSON.parse(new TextDecoder().decode(value))).toEqual({
    scheduled_departure: flights.scheduledDeparture[row],
    delay: flights.delay[row],
    distance: flights.distance[row],
    origin: flights.origin[row],
    destination: flights.destination[row],
  });
});

test('the log is out of order, as delays make it', () => {
  const { outOfOrder, latest } = disorderOf(flights);
  expect(outOfOrder).toBeGreaterThan(0);
  expect(latest).toBe(Math.max(...flights.delay) * 60e6);
});

test('the spine is spread over time, in order, and the same every time', () => {
  const spine = chooseSpine(flights, 100);
  expect(spine).toHaveLength(100);
  expect(spine).toEqual(chooseSpine(flights, 100));
  expect(spine.map(({ t }) => t)).toEqual(spine.map(({ t }) => t).sort((a, b) => a - b));
  expect(chooseSpine(flights, 5_000)).toHaveLength(2_000);
});
