/**
 * Flights: what the departures so far say about the delay of the next one.
 *
 * A flight happens at its scheduled departure and is known once it has left, `delay` minutes later or, where it
 * left early, on schedule. So at 12:00 the 11:50 that is still at the gate is in no feature yet: arrival, not
 * event time, decides what a read may know, in the stream and in a training set alike. A read for a departure
 * at t is the read *before* t, so that a flight never sees itself.
 */
import {
  calendar,
  entity,
  features,
  hourOfDay,
  int,
  perWindow,
  ratio,
  stream,
  timestamp,
  vector,
} from 'skewless';
import type { Row } from 'skewless';
import { z } from 'zod';

/** Departures of domestic flights in the United States. */
export const flights = stream('flights', {
  schema: z.object({
    scheduled_departure: timestamp(),
    /** Minutes; negative where the flight left early. */
    delay: int(),
    /** Miles. */
    distance: int(),
    origin: z.string(),
    destination: z.string(),
  }),
  eventTime: 'scheduled_departure',
  kafka: { topic: 'flights' },
});

export const airport = entity('airport', { airport: z.string() });
export const route = entity('route', { origin: z.string(), destination: z.string() });

/** The flights that leave an airport. */
const departures = flights.on({ airport: f => f.origin });

/** A flight counts as delayed from the 16th minute on, as the FAA has it. */
const isDelayed = (f: Row<typeof flights>) => f.delay > 15;

/** How an airport's departures have gone lately. */
export const airportDepartures = features('airport_departures', {
  entity: airport,
  owner: 'operations',
  features: {
    /** Flights that left, per window. */
    ...perWindow('departures', ['1h', '3h', '24h', '7d'], over => departures.count({ over })),
    ...perWindow('delay', ['1h', '3h', '24h', '7d'], over => ({
      /** Mean delay in minutes; early departures count below zero. */
      mean: departures.avg(f => f.delay, { over }),
      /** Standard deviation of the delay, in minutes. */
      stddev: departures.stddev(f => f.delay, { over }),
      /** The delay that 95 % of the departures stay below, in minutes. */
      p95: departures.percentile(f => f.delay, 0.95, { over }),
      /** Share of departures delayed by more than 15 minutes. */
      share: ratio(departures.count({ where: isDelayed, over }), departures.count({ over })),
    })),
    /** Where the last three flights went, newest first. */
    last_3_destinations: departures.last(3, f => f.destination),
    /** Seconds since the last departure. */
    seconds_since_departure: departures.timeSince(),
    /** Departures since midnight on the airport board's clock. */
    departures_today: departures.count({ over: calendar('day', 'America/Chicago') }),
    /** The three busiest destinations of the last week; a slow fact, brought up to date once a day. */
    busiest_destinations: departures.topK(3, f => f.destination, { over: '7d', refresh: '1d' }),
  },
}).derive({
  /** Minutes by which the last hour's mean delay is above that of the last 7 days. */
  delay_change: f =>
    f.delay_1h_mean === null || f.delay_7d_mean === null ? null : f.delay_1h_mean - f.delay_7d_mean,
});

/** How one route has gone lately. */
export const routeDepartures = features('route_departures', {
  entity: route,
  owner: 'operations',
  features: {
    /** Flights on the route in 7 days. */
    route_departures_7d: flights.count({ over: '7d' }),
    /** Mean delay on the route, in minutes; the tail of the window moves hour by hour. */
    route_delay_mean_7d: flights.avg(f => f.delay, { over: '7d', step: '1h' }),
    /** Worst delay on the route in 7 days, in minutes. */
    route_delay_max_7d: flights.max(f => f.delay, { over: '7d' }),
    /** Delay of the last flight on the route, in minutes. */
    route_last_delay: flights.last(f => f.delay),
    /** Seconds since the route was last flown. */
    route_seconds_since: flights.timeSince(),
  },
});

/** Will the departure that is about to leave be late? Read before its scheduled time. */
export const delayRisk = vector('delay_risk', {
  request: { origin: z.string(), destination: z.string(), distance: int() },
  owner: 'operations',
  take: v => {
    const from = v.get(airportDepartures, { airport: v.request.origin });
    const to = v.get(airportDepartures, { airport: v.request.destination });
    const onRoute = v.get(routeDepartures, { origin: v.request.origin, destination: v.request.destination });
    return {
      ...onRoute,
      departures_1h: from.departures_1h,
      departures_24h: from.departures_24h,
      delay_1h_mean: from.delay_1h_mean,
      delay_3h_mean: from.delay_3h_mean,
      delay_24h_p95: from.delay_24h_p95,
      delay_24h_share: from.delay_24h_share.or(0),
      delay_change: from.delay_change.or(0),
      destination_delay_3h_mean: to.delay_3h_mean,
    };
  },
}).derive({
  /** Hour of the day, 0 to 23, on the airport board's clock. */
  departure_hour: (_f, t) => hourOfDay(t, 'America/Chicago'),
  /** Under 500 miles. */
  is_short_haul: f => f.distance < 500,
  /** The most telling mean there is: the route's, else the airport's, else none. */
  expected_delay: f => f.route_delay_mean_7d ?? f.delay_3h_mean ?? 0,
});
