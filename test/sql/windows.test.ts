// Every kind of window, by every shape, under every kind of knowledge, against a loop over all rows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOfDay } from '../../kernels/calendar.ts';
import type { Instant } from '../../kernels/instant.ts';
import type { AggregatePlan, WindowPlan } from '../../generator/ir/index.ts';
import type { EventRecord, Known, Shape, SpineRow } from '../../runtime/history/index.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import {
  aggregate,
  col,
  column,
  days,
  group,
  hours,
  int,
  lit,
  minutes,
  over,
  programOf,
  seconds,
  stream,
  text,
  timestamp,
  windowOf,
} from './plans.ts';

const zone = 'America/New_York';
const lateness = hours(6);
const horizon = minutes(10);

const windows: readonly WindowPlan[] = [
  over(hours(1)),
  over(days(9)),
  over(days(3), { bounds: '[)' }),
  over(days(3), { bounds: '[]', delay: hours(2) }),
  over(days(3), { bounds: '()' }),
  over(days(1), { step: hours(1) }),
  over(days(4), { step: days(1), delay: hours(5) }),
  over(hours(6), { refresh: hours(6) }),
  windowOf(),
  windowOf({ delay: days(1) }),
  windowOf({ over: { kind: 'calendar', unit: 'day', zone }, bounds: '[]' }),
  windowOf({ over: { kind: 'calendar', unit: 'day', zone }, bounds: '()', delay: minutes(90) }),
  over(days(5), { last: 3 }),
  windowOf({ last: 2, refresh: days(1) }),
];

const N = { input: 0 };
const features: AggregatePlan[] = windows.flatMap((window, index) => [
  aggregate(`count_${index}`, { kind: 'count' }, int, { window }),
  aggregate(`some_${index}`, { kind: 'count' }, int, { window, filter: 0 }),
  aggregate(`sum_${index}`, { kind: 'sum' }, { kind: 'double' }, { window, ...N }),
  aggregate(`min_${index}`, { kind: 'min' }, int, { window, ...N, filter: 0 }),
  aggregate(`max_${index}`, { kind: 'max' }, int, { window, ...N }),
  aggregate(`changes_${index}`, { kind: 'changes' }, int, { window, ...N, filter: 0 }),
  aggregate(`last_${index}`, { kind: 'lastN', n: 2 }, { kind: 'list', of: int }, { window, ...N }),
  aggregate(`first_${index}`, { kind: 'first' }, int, { window, ...N }),
  aggregate(
    `since_${index}`,
    { kind: 'timeSince', unit: 1_000_000 },
    { kind: 'double' },
    { window, filter: 0 },
  ),
]);

const events = stream(
  'events',
  [column('user_id', text), column('t', timestamp), column('n', int, true), column('id', int, true)],
  {
    lateness,
    id: { column: 'id', horizon },
  },
);
const isPositive = {
  kind: 'compare',
  operator: '>',
  left: { kind: 'coalesce', value: col('n', int, true), otherwise: lit(1, int), type: int, nullable: false },
  right: lit(0, int),
  type: { kind: 'boolean' },
  nullable: false,
} as const;
const plan = programOf({
  sources: [events],
  groups: [
    group(
      'users',
      [{ name: 'user_id', type: text }],
      [
        {
          source: 'events',
          keys: [col('user_id', text)],
          inputs: [col('n', int, true)],
          filters: [isPositive],
        },
      ],
      features,
    ),
  ],
  zones: [zone],
});

/** A generator of whole numbers, the same every time. */
function randomIntegers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const seed = 7;
const random = randomIntegers(seed);
const start = Date.UTC(2026, 2, 1) * 1000;
const records: EventRecord[] = [];
for (const partition of [0, 1]) {
  let clock = start;
  for (let offset = 0; offset < 350; offset += 1) {
    clock += random(4) === 0 ? 0 : seconds(random(5000));
    const delay = [0, 0, seconds(random(600)), hours(random(9)), -seconds(random(60))][random(5)]!;
    records.push({
      kind: 'event',
      source: 'events',
      topic: 0,
      epoch: 0,
      partition,
      offset,
      arrivedAt: clock,
      row: {
        user_id: ['a', 'b'][random(2)]!,
        t: clock - delay - (clock % seconds(1)),
        n: random(5) === 0 ? null : random(9) - 3,
        id: random(3) === 0 ? null : random(40),
      },
    });
  }
}
const spine: SpineRow[] = Array.from({ length: 60 }, (_, index) => {
  const t =
    index % 3 === 0
      ? (records[random(records.length)]!.row['t'] as number)
      : start + seconds(random(86_400 * 12));
  return { t, request: { user_id: ['a', 'b', 'c'][random(3)]! } };
});

interface Row {
  readonly record: EventRecord;
  readonly t: number;
  readonly n: number | null;
  readonly selected: boolean;
}

/** The rows that count, in order. */
const counted: readonly Row[] = records
  .filter(record => {
    const t = record.row['t'] as number;
    return record.arrivedAt - t <= lateness && t - record.arrivedAt <= days(1);
  })
  .filter((record, _, punctual) => {
    const { id } = record.row;
    const before = punctual
      .filter(
        other =>
          other.partition === record.partition && other.offset < record.offset && other.row['id'] === id,
      )
      .at(-1);
    return id === null || before === undefined || record.arrivedAt - before.arrivedAt >= horizon;
  })
  .map(record => {
    const n = record.row['n'] as number | null;
    return { record, t: record.row['t'] as number, n, selected: (n ?? 1) > 0 };
  })
  .sort((x, y) => x.t - y.t || x.record.partition - y.record.partition || x.record.offset - y.record.offset);

const floorTo = (x: number, step: number): number => Math.floor(x / step) * step;

function expected(index: number, t: number, rows: readonly Row[], before: boolean): Record<string, unknown> {
  const { over: length, step, delay, bounds, refresh, last } = windows[index]!;
  const at = refresh === null ? t : floorTo(t, refresh);
  let head = at - delay;
  let tail =
    length.kind === 'duration'
      ? head - length.length
      : length.kind === 'calendar'
        ? startOfDay(head as Instant, zone)
        : -Infinity;
  if (step !== null) tail = floorTo(tail, step);
  if (step !== null && delay > 0) head = floorTo(head, step);
  const inside = ({ t: time }: Row): boolean =>
    (bounds.startsWith('[') ? time >= tail : time > tail) &&
    (bounds.endsWith(']') && !before ? time <= head : time < head);
  const lastOf = (list: readonly Row[]): readonly Row[] => (last === null ? list : list.slice(-last));
  const all = lastOf(rows.filter(inside));
  const selected = lastOf(rows.filter(row => inside(row) && row.selected));
  const valuesOf = (list: readonly Row[]): number[] => list.flatMap(({ n }) => (n === null ? [] : [n]));
  const values = valuesOf(all);
  const chain = rows.filter(row => row.selected && row.n !== null);
  const changes = selected.filter(row => {
    const previous = chain[chain.indexOf(row) - 1];
    return row.n !== null && previous !== undefined && previous.n !== row.n;
  });
  return {
    [`count_${index}`]: all.length,
    [`some_${index}`]: selected.length,
    [`sum_${index}`]: values.length === 0 ? null : values.reduce((x, y) => x + y) + 0,
    [`min_${index}`]: valuesOf(selected).length === 0 ? null : Math.min(...valuesOf(selected)),
    [`max_${index}`]: values.length === 0 ? null : Math.max(...values),
    [`changes_${index}`]: changes.length,
    [`last_${index}`]: values.slice(-2).reverse(),
    [`first_${index}`]: values[0] ?? null,
    [`since_${index}`]: selected.length === 0 ? null : (at - selected.at(-1)!.t) / 1e6,
  };
}

const position = { source: 'events', topic: 0, epoch: 0 };
const knowledge: readonly (readonly [string, Known, (row: Row, t: number) => boolean])[] = [
  ['arrival', { kind: 'arrival' }, ({ record }, t) => record.arrivedAt <= t],
  [
    'arrival with a lag',
    { kind: 'arrival', lag: hours(3) },
    ({ record }, t) => record.arrivedAt <= t - hours(3),
  ],
  ['hindsight', { kind: 'hindsight' }, () => true],
  [
    'a frontier',
    {
      kind: 'frontier',
      positions: [
        { ...position, partition: 0, nextOffset: 200 },
        { ...position, partition: 1, nextOffset: 90 },
      ],
    },
    ({ record }) => record.offset < (record.partition === 0 ? 200 : 90),
  ],
];

describe(`windows (seed ${seed})`, () => {
  let history: History;
  beforeAll(async () => {
    history = await historyOf(plan);
    await history.append(records);
  });
  afterAll(async () => {
    await history.end();
  });

  for (const [name, known, isKnown] of knowledge) {
    for (const shape of ['lateral', 'running-totals', 'tiles', 'auto'] as const satisfies readonly Shape[]) {
      for (const before of name === 'arrival' ? [false, true] : [false]) {
        it(`by ${shape}, known by ${name}${before ? ', right before' : ''}`, async () => {
          const read = await history.read({
            read: { group: 'users' },
            spine,
            known,
            shape,
            before,
            allowHistoryBehind: true,
          });
          spine.forEach(({ t, request }, index) => {
            const rows = counted.filter(
              row => row.record.row['user_id'] === request['user_id'] && isKnown(row, t),
            );
            const values = Object.assign(
              {},
              ...windows.map((_, window) => expected(window, t, rows, before)),
            ) as object;
            expect({ index, t, ...read[index] }).toEqual({ index, t, ...values });
          });
        });
      }
    }
  }
});
