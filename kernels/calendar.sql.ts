// Control path. Twins of zone.ts and calendar.ts over the table of offsets, which the DDL fills with the zones that
// a program uses; `AT TIME ZONE` would follow the server's own tz database.
import { strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';
import type { ZoneOffsetRow } from './zone.ts';

export const zoneTableDdl = `create table if not exists "skewless"."zone_offset" (
  zone text collate "C" not null,
  from_us bigint not null,
  offset_us bigint not null,
  primary key (zone, from_us)
)`;

/** Puts rows in, or their new offsets where a newer table has other ones. */
export function zoneRowsDdl(rows: readonly ZoneOffsetRow[]): string {
  const zones = [...new Set(rows.map(row => quote(row.zone)))].join(', ');
  const values = rows.map(row => `(${quote(row.zone)}, ${row.from_us}, ${row.offset_us})`).join(',\n  ');
  return (
    `with gone as (delete from "skewless"."zone_offset" where zone in (${zones})\n` +
    `    and (zone, from_us) not in (select v.zone, v.from_us from (values\n  ${values}) as v(zone, from_us, offset_us)))\n` +
    `insert into "skewless"."zone_offset" (zone, from_us, offset_us) values\n  ${values}\n` +
    'on conflict (zone, from_us) do update set offset_us = excluded.offset_us'
  );
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const day = '86400000000';
const instantAndZone = 't bigint, zone text';

/** Floor division, and what it leaves: PostgreSQL's `/` and `%` of integers cut toward zero. */
const floorDivide = (a: string, b: string): string =>
  `((${a}) / ${b} - (case when (${a}) % ${b} < 0 then 1 else 0 end))`;

const clockField = (name: string, unit: string, modulus: number): SqlFunction =>
  strictFunction({
    name,
    parameters: instantAndZone,
    returns: 'integer',
    volatility: 'stable',
    body: `
declare units bigint; local bigint := "skewless".local_us(t, zone);
begin
  units := ${floorDivide('local', unit)};
  return ((units % ${modulus}) + ${modulus}) % ${modulus};
end`,
  });

const dateField = (name: string, field: string): SqlFunction =>
  strictFunction({
    name,
    parameters: instantAndZone,
    returns: 'integer',
    volatility: 'stable',
    body: `
begin
  return extract(${field} from date '1970-01-01' + "skewless".local_day(t, zone))::integer;
end`,
  });

/** `first` is the local date on which the unit of the local date d starts. */
const startOf = (unit: string, first: string): SqlFunction =>
  strictFunction({
    name: `start_of_${unit}`,
    parameters: instantAndZone,
    returns: 'bigint',
    volatility: 'stable',
    body: `
declare d date := date '1970-01-01' + "skewless".local_day(t, zone);
begin
  return "skewless".first_instant_at(((${first}) - date '1970-01-01') * ${day}::bigint, zone);
end`,
  });

export const calendarFunctions: readonly SqlFunction[] = [
  strictFunction({
    name: 'local_us',
    parameters: instantAndZone,
    returns: 'bigint',
    volatility: 'stable',
    body: `
declare shift bigint;
begin
  select z.offset_us into shift from "skewless".zone_offset z
    where z.zone = local_us.zone collate "C" and z.from_us <= t order by z.from_us desc limit 1;
  if not found then
    raise exception 'time zone % is not in skewless.zone_offset: install the DDL of the generated program', zone;
  end if;
  return t + shift;
end`,
  }),
  strictFunction({
    name: 'local_day',
    parameters: instantAndZone,
    returns: 'integer',
    volatility: 'stable',
    body: `
declare local bigint := "skewless".local_us(t, zone);
begin
  return ${floorDivide('local', day)};
end`,
  }),
  strictFunction({
    name: 'first_instant_at',
    parameters: 'local bigint, zone text',
    returns: 'bigint',
    volatility: 'stable',
    body: `
declare start bigint; shift bigint; next_from bigint; next_shift bigint;
begin
  select z.from_us, z.offset_us into start, shift from "skewless".zone_offset z
    where z.zone = first_instant_at.zone collate "C" and z.from_us <= greatest(local - 2 * ${day}::bigint, -9007199254740991)
    order by z.from_us desc limit 1;
  loop
    select z.from_us, z.offset_us into next_from, next_shift from "skewless".zone_offset z
      where z.zone = first_instant_at.zone collate "C" and z.from_us > start order by z.from_us limit 1;
    if not found or greatest(start, local - shift) < next_from then return greatest(start, local - shift); end if;
    start := next_from;
    shift := next_shift;
  end loop;
end`,
  }),
  clockField('hour_of_day', '3600000000', 24),
  clockField('minute_of_hour', '60000000', 60),
  dateField('day_of_week', 'isodow'),
  dateField('day_of_month', 'day'),
  dateField('month_of_year', 'month'),
  dateField('year_of', 'year'),
  strictFunction({
    name: 'calendar_days_between',
    parameters: 'a bigint, b bigint, zone text',
    returns: 'integer',
    volatility: 'stable',
    body: `
begin
  return "skewless".local_day(b, zone) - "skewless".local_day(a, zone);
end`,
  }),
  strictFunction({
    name: 'start_of_hour',
    parameters: instantAndZone,
    returns: 'bigint',
    volatility: 'stable',
    body: `
declare local bigint := "skewless".local_us(t, zone);
begin
  return "skewless".first_instant_at(${floorDivide('local', '3600000000')} * 3600000000, zone);
end`,
  }),
  startOf('day', 'd'),
  startOf('week', 'd - extract(isodow from d)::integer + 1'),
  startOf('month', 'd - extract(day from d)::integer + 1'),
  startOf('quarter', `date_trunc('quarter', d::timestamp)::date`),
  startOf('year', `date_trunc('year', d::timestamp)::date`),
];
