import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as calendar from '../../kernels/calendar.ts';
import { parseInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { kernelDdl } from '../../kernels/sql.ts';
import { isZone, offsetAt, zoneNames, zoneOf, zoneTableRows, zoneTableVersion } from '../../kernels/zone.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { databaseWithKernels, expectAgreement, randomFrom, repeat, seed } from './agreement.ts';

const sampled = [
  'UTC',
  'America/Sao_Paulo',
  'America/New_York',
  'America/Havana',
  'America/Toronto',
  'America/St_Johns',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Europe/London',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'Antarctica/Troll',
  'US/Pacific',
  'Asia/Kolkata',
];

let database: TestDatabase;
beforeAll(async () => {
  database = await databaseWithKernels(sampled);
});
afterAll(() => database.end());

const random = randomFrom(seed);
const at = (text: string): Instant => parseInstant(text)!;
const tableStart = Date.UTC(1900, 0, 1) * 1000;
const tableEnd = Date.UTC(2100, 0, 1) * 1000;
const start = Date.UTC(1899, 6, 1) * 1000;
const end = Date.UTC(2101, 0, 1) * 1000;
const anyInstant = () => Math.floor(start + random() * (end - start)) as Instant;

/** Instants at and around the changes of a zone, and anywhere. */
function instantsOf(zone: string, count: number): Instant[] {
  const changes = zoneOf(zone).from;
  const shifts = [-90_000_000_000, -3_600_000_000, -1, 0, 1, 1_800_000_000, 3_600_000_000, 80_000_000_000];
  return repeat(count, () => {
    if (changes.length === 1 || random() < 0.3) return anyInstant();
    const change = changes[1 + Math.floor(random() * (changes.length - 1))]!;
    return (change + shifts[Math.floor(random() * shifts.length)]!) as Instant;
  });
}

describe('the table of offsets', () => {
  test('has every zone of Intl, and UTC', () => {
    for (const zone of [...Intl.supportedValuesOf('timeZone'), 'UTC']) expect(isZone(zone), zone).toBe(true);
  });

  test('says what Intl says', { skip: process.versions['tz'] !== zoneTableVersion }, () => {
    for (const name of zoneNames()) {
      const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
      const zone = zoneOf(name);
      for (const instant of instantsOf(name, 30)) {
        if (instant < tableStart || instant >= tableEnd) continue;
        const shown = format.format(Math.floor(instant / 1000)).split('GMT')[1]!;
        const [hours = 0, minutes = 0, seconds = 0] =
          shown === '' ? [] : shown.slice(1).split(':').map(Number);
        const offset = (hours * 3600 + minutes * 60 + seconds) * (shown.startsWith('-') ? -1 : 1);
        expect(offsetAt(zone, instant) / 1e6, `${name} at ${instant}`).toBe(offset);
      }
    }
  });

  test('names the nearest zones for an unknown one', () => {
    expect(() => zoneOf('Europe/Berln')).toThrow(
      new RangeError(
        "unknown time zone 'Europe/Berln'; the nearest names are Europe/Berlin, Europe/Dublin, Europe/Jersey",
      ),
    );
    expect(() => zoneOf('Amsterdam')).toThrow(/Europe\/Amsterdam/);
  });

  test('gives rows that start before every instant', () => {
    const rows = zoneTableRows(['UTC', 'UTC', 'Asia/Kathmandu']);
    expect(rows.filter(row => row.zone === 'UTC')).toEqual([
      { zone: 'UTC', from_us: Number.MIN_SAFE_INTEGER, offset_us: 0 },
    ]);
    expect(rows.find(row => row.zone === 'Asia/Kathmandu')?.from_us).toBe(Number.MIN_SAFE_INTEGER);
  });
});

describe('clock and calendar are the same in SQL', () => {
  const rows = sampled.flatMap(zone => instantsOf(zone, 150).map(instant => [instant, zone] as const));
  const functions: readonly (readonly [string, (t: Instant, zone: string) => number])[] = [
    ['hour_of_day', calendar.hourOfDay],
    ['minute_of_hour', calendar.minuteOfHour],
    ['day_of_week', calendar.dayOfWeek],
    ['day_of_month', calendar.dayOfMonth],
    ['month_of_year', calendar.monthOfYear],
    ['year_of', calendar.yearOf],
    ['start_of_hour', calendar.startOfHour],
    ['start_of_day', calendar.startOfDay],
    ['start_of_week', calendar.startOfWeek],
    ['start_of_month', calendar.startOfMonth],
    ['start_of_quarter', calendar.startOfQuarter],
    ['start_of_year', calendar.startOfYear],
  ];
  for (const [name, js] of functions) {
    test(name, () =>
      expectAgreement(database.pool, {
        sql: `"skewless".${name}(a, b)`,
        types: ['bigint', 'text'],
        rows,
        js,
      }),
    );
  }

  test('calendar_days_between', () =>
    expectAgreement(database.pool, {
      sql: '"skewless".calendar_days_between(a, b, c)',
      types: ['bigint', 'bigint', 'text'],
      rows: rows.map(([instant, zone]) => {
        const other = Math.floor(instant + random() * 3e11 - 1e11) as Instant;
        return [instant, other, zone] as const;
      }),
      js: calendar.calendarDaysBetween,
    }));

  test('a zone that was not installed is an error, not a null', async () => {
    await expect(database.pool.query(`select "skewless".hour_of_day(0, 'Asia/Tokyo')`)).rejects.toThrow(
      /Asia\/Tokyo is not in/,
    );
  });
});

test('rows of a newer table take the place of the older ones', async () => {
  const other = await databaseWithKernels(['Asia/Kathmandu', 'UTC']);
  const read = () =>
    other.pool.query(
      'select zone, from_us::float8, offset_us::float8 from skewless.zone_offset order by 1, 2',
    );
  const before = (await read()).rows;
  expect(before).toEqual(zoneTableRows(['Asia/Kathmandu', 'UTC']));
  await other.pool.query(`update skewless.zone_offset set offset_us = 1 where zone = 'UTC'`);
  await other.pool.query(`insert into skewless.zone_offset values ('Asia/Kathmandu', 5, 5)`);
  for (const statement of kernelDdl(['Asia/Kathmandu', 'UTC'])) await other.pool.query(statement);
  expect((await read()).rows).toEqual(before);
  await other.end();
});

describe('a unit starts at the first instant whose local date lies in it', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['midnight is skipped', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00Z'],
    ['midnight is skipped', 'Asia/Beirut', '2022-03-27T12:00:00Z', '2022-03-26T22:00:00Z'],
    ['midnight is skipped', 'Africa/Cairo', '2023-04-28T12:00:00Z', '2023-04-27T22:00:00Z'],
    [
      'midnight comes twice, the second time',
      'America/Havana',
      '2023-11-05T05:30:00Z',
      '2023-11-05T04:00:00Z',
    ],
    ['the clock goes from 24:00 to 23:00', 'Africa/Cairo', '2023-10-27T12:00:00Z', '2023-10-26T22:00:00Z'],
    ['the hour before a second midnight', 'Africa/Cairo', '2023-10-26T21:30:00Z', '2023-10-25T21:00:00Z'],
    ['a day of 23 hours', 'Europe/London', '2024-03-31T22:59:59Z', '2024-03-31T00:00:00Z'],
    ['the day after a skipped day', 'Pacific/Apia', '2011-12-30T20:00:00Z', '2011-12-30T10:00:00Z'],
    ['half an hour of saving', 'Australia/Lord_Howe', '2024-04-07T12:00:00Z', '2024-04-06T13:00:00Z'],
  ];
  for (const [what, zone, instant, expected] of cases) {
    test(`${what}: ${zone} ${instant}`, () =>
      expect(calendar.startOfDay(at(instant), zone)).toBe(at(expected)));
  }

  test('by brute force over the minutes around', () => {
    for (const zone of sampled) {
      for (const instant of instantsOf(zone, 40)) {
        if (instant < Date.UTC(1973, 0, 1) * 1000) continue; // offsets with seconds
        const begin = calendar.startOfDay(instant, zone);
        const day = (t: number) => Math.floor((t + offsetAt(zoneOf(zone), t)) / 86_400e6);
        expect(day(begin), `${zone} at ${instant}`).toBe(day(instant));
        let seenBefore = 0;
        for (let minute = 1; minute <= 1600; minute += 1) {
          if (day(begin - minute * 60e6 + 59_999_999) === day(instant)) seenBefore += 1;
        }
        expect(seenBefore, `${zone} at ${instant}`).toBe(0);
      }
    }
  });
});
