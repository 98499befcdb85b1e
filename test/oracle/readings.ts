import { decimal, entity, features, int, stream, timestamp, bigint } from 'skewless';
import type { AnyFeature, Row } from 'skewless';
import { z } from 'zod';
import { events, given } from '../../testing/index.ts';
import type { Value } from '../../testing/index.ts';

/** A stream with a column of every kind that aggregates treat in their own way. */
export const readings = stream('readings', {
  schema: z.object({
    sensor: int(),
    at: timestamp(),
    whole: int().nullable(),
    money: decimal(10, 2).nullable(),
    real: z.number().nullable(),
    label: z.string().nullable(),
    wide: bigint().nullable(),
    flag: z.boolean().nullable(),
  }),
  eventTime: 'at',
});

export type Reading = Row<typeof readings>;
export const sensor = entity('sensor', { sensor: int() });

type Cells = { readonly [K in Exclude<keyof Reading, 'sensor'>]?: Reading[K] | string };

/** The second `s` of 2024-01-01. */
export const second = (s: number): string => new Date(Date.UTC(2024, 0, 1, 0, 0, s)).toISOString();

/** Rows of sensor 1, a second apart unless `at` is given. */
export function rows(...cells: readonly Cells[]) {
  return events(readings, ...cells.map((row, i) => ({ sensor: 1, at: second(i), ...row }) as never));
}

/** One feature's value for sensor 1 at a second of 2024-01-01. */
export function valueOf(
  feature: AnyFeature,
  given_: ReturnType<typeof rows>,
  s: number,
  before = false,
): Value {
  const group = features('one', { entity: sensor, features: { value: feature } });
  return given(given_).at(second(s), { before }).features(group, { sensor: 1 }).value;
}
