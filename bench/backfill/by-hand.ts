// The features of `delay_risk` as one would write them by hand, known by arrival, right before each departure.

const ofOrigin = 'f.origin = s.origin';
const ofRoute = 'f.origin = s.origin and f.destination = s.destination';
const p95 = 'percentile_cont(0.95) within group (order by f.delay::float8) as p95';
const known = `f.scheduled_departure < s.t and f._arrived_at <= s.t and f.scheduled_departure - f._arrived_at <= interval '1 day'`;

const window = (what: string, key: string, length: string): string =>
  `select ${what} from "history"."flights" as f where ${key} and f.scheduled_departure > s.t - interval '${length}' and ${known}`;

const step = `select count(*) as c, sum(f.delay) as s from "history"."flights" as f where ${ofRoute}
    and f.scheduled_departure > date_trunc('hour', s.t - interval '7 days', 'UTC') and ${known}`;
const last = `select f.delay, f.scheduled_departure as at from "history"."flights" as f where ${ofRoute} and ${known}
    order by f.scheduled_departure desc, f._offset desc limit 1`;

const mean = (sum: string, count: string): string => `${sum}::float8 / nullif(${count}, 0)::float8`;

/** What the vector yields, of counts and sums. */
function columnsOf(of: Readonly<Record<string, string>>): string {
  const route = mean(of['rs']!, of['rsc']!);
  const three = mean(of['s3']!, of['c3']!);
  return [
    `${of['rc']!}::bigint as route_departures_7d`,
    `${route} as route_delay_mean_7d`,
    'r7.m as route_delay_max_7d',
    'l.delay as route_last_delay',
    'extract(epoch from s.t - l.at)::float8 as route_seconds_since',
    `${of['c1']!}::bigint as departures_1h`,
    `${of['c24']!}::bigint as departures_24h`,
    `${mean(of['s1']!, of['c1']!)} as delay_1h_mean`,
    `${three} as delay_3h_mean`,
    'h24.p95 as delay_24h_p95',
    `coalesce(${mean(of['late24']!, of['c24']!)}, 0) as delay_24h_share`,
    `coalesce(${mean(of['s1']!, of['c1']!)} - ${mean(of['s168']!, of['c168']!)}, 0) as delay_change`,
    `${mean(of['ds3']!, of['dc3']!)} as destination_delay_3h_mean`,
    `extract(hour from s.t at time zone 'America/Chicago')::float8 as departure_hour`,
    's.distance < 500 as is_short_haul',
    `coalesce(${route}, ${three}, 0) as expected_delay`,
  ].join(',\n  ');
}

const hours = ['1', '3', '24', '168'] as const;
const zeros = [...hours.map(() => '0, 0'), '0'].join(', ');
const leaving = (left: string): string =>
  `union all select null, v.origin, greatest(v.e + interval '${left} hours', v.st), ${hours
    .map(w => (w === left ? '-1, -v.delay' : '0, 0'))
    .join(', ')}, ${left === '24' ? '-(v.delay > 15)::integer' : '0'} from visible as v`;

/** (a) One LATERAL per window. */
export const byLateral = `select s.n, ${columnsOf({
  c1: 'h1.c',
  s1: 'h1.s',
  s3: 'h3.s',
  c3: 'h3.c',
  c24: 'h24.c',
  late24: 'h24.late',
  s168: 'd7.s',
  c168: 'd7.c',
  ds3: 'to3.s',
  dc3: 'to3.c',
  rc: 'r7.c',
  rs: 'rstep.s',
  rsc: 'rstep.c',
})}
from bench_spine as s
cross join lateral (${window('count(*) as c, sum(f.delay) as s', ofOrigin, '1 hour')}) as h1
cross join lateral (${window('count(*) as c, sum(f.delay) as s', ofOrigin, '3 hours')}) as h3
cross join lateral (${window(`count(*) as c, count(*) filter (where f.delay > 15) as late, ${p95}`, ofOrigin, '24 hours')}) as h24
cross join lateral (${window('count(*) as c, sum(f.delay) as s', ofOrigin, '7 days')}) as d7
cross join lateral (${window('count(*) as c, sum(f.delay) as s', 'f.origin = s.destination', '3 hours')}) as to3
cross join lateral (${window('count(*) as c, max(f.delay) as m', ofRoute, '7 days')}) as r7
cross join lateral (${step}) as rstep
left join lateral (${last}) as l on true`;

/**
 * (b) Window functions where OVER can express the feature, LATERAL elsewhere. A flight counts from when it has both
 * happened and arrived until it leaves the window: a running sum of what comes and what goes.
 */
export const byWindowFunctions = `with visible as (
  select f.origin, f.destination, f.delay, f.scheduled_departure as e,
    greatest(f.scheduled_departure + interval '1 microsecond', f._arrived_at) as st
  from "history"."flights" as f where f.scheduled_departure - f._arrived_at <= interval '1 day'
), of_airport as (
  select u.n, ${hours.map(w => `sum(u.c${w}) over k as c${w}, sum(u.s${w}) over k as s${w}`).join(', ')}, sum(u.late) over k as late
  from (
    select null::integer as n, v.origin as k, v.st as at, ${hours.map(w => `1 as c${w}, v.delay as s${w}`).join(', ')},
      (v.delay > 15)::integer as late from visible as v
    ${hours.map(leaving).join('\n    ')}
    union all select s.n, s.origin, s.t, ${zeros} from bench_spine as s
    union all select -1 - s.n, s.destination, s.t, ${zeros} from bench_spine as s
  ) as u window k as (partition by u.k order by u.at)
), of_route as (
  select u.n, sum(u.c) over k as c, sum(u.sc) over k as sc, sum(u.s) over k as s
  from (
    select null::integer as n, v.origin as k, v.destination as k2, v.st as at, 1 as c, 1 as sc, v.delay as s from visible as v
    union all select null, v.origin, v.destination, greatest(v.e + interval '7 days', v.st), -1, 0, 0 from visible as v
    union all select null, v.origin, v.destination,
      greatest(date_trunc('hour', v.e + interval '1 hour' - interval '1 microsecond', 'UTC') + interval '7 days', v.st), 0, -1, -v.delay from visible as v
    union all select s.n, s.origin, s.destination, s.t, 0, 0, 0 from bench_spine as s
  ) as u window k as (partition by u.k, u.k2 order by u.at)
)
select s.n, ${columnsOf({
  c1: 'a.c1',
  s1: 'a.s1',
  s3: 'a.s3',
  c3: 'a.c3',
  c24: 'a.c24',
  late24: 'a.late',
  s168: 'a.s168',
  c168: 'a.c168',
  ds3: 'b.s3',
  dc3: 'b.c3',
  rc: 'r.c',
  rs: 'r.s',
  rsc: 'r.sc',
})}
from bench_spine as s
join of_airport as a on a.n = s.n
join of_airport as b on b.n = -1 - s.n
join of_route as r on r.n = s.n
cross join lateral (${window(p95, ofOrigin, '24 hours')}) as h24
cross join lateral (${window('max(f.delay) as m', ofRoute, '7 days')}) as r7
left join lateral (${last}) as l on true`;
