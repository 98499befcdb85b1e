import { z } from 'zod';
import { bigint, changesOf, decimal, entity, features, int, stream, table, timestamp, uuid } from 'skewless';
import type { Finite, Instant, Row } from 'skewless';

/** A column of every type, each as it is and nullable. */
export const events = stream('events', {
  schema: z.object({
    level: int(),
    rank: int().nullable(),
    serial: bigint(),
    parent: bigint().nullable(),
    amount: decimal(10, 2),
    fee: decimal(8, 4).nullable(),
    score: z.number(),
    weight: z.number().nullable(),
    name: z.string(),
    city: z.string().nullable(),
    type: z.enum(['click', 'view', 'purchase']),
    channel: z.enum(['web', 'app']).nullable(),
    item: uuid(),
    active: z.boolean(),
    flag: z.boolean().nullable(),
    at: timestamp(),
    seen: timestamp().nullable(),
  }),
  eventTime: 'at',
});

export const orders = table('orders', {
  schema: z.object({
    order_id: int(),
    status: z.string(),
    note: z.string().nullable(),
    total: decimal(10, 2),
  }),
  primaryKey: 'order_id',
});
export const orderChanges = changesOf(orders);

export type Event = Row<typeof events>;
export type OrderChange = Row<typeof orderChanges>;

/** Features of every type. */
export interface Features {
  readonly clicks: number;
  readonly spend: number | null;
  readonly last_city: string | null;
  readonly is_new: boolean;
  readonly was_new: boolean | null;
  readonly seen: Instant | null;
  readonly share: Finite;
}

export const user = entity('user', { level: int() });
export const group = features('group', { entity: user, features: { clicks: events.count() } });

type Lambda = (...args: never[]) => unknown;

/** A lambda, and the tree it is lowered to. */
export type Case = readonly [lambda: Lambda, tree: string];
export type Cases = Readonly<Record<string, Case>>;

/** Types the lambdas of a file of cases; by what they are given they are run and compared. */
export const ofEvents = (cases: Readonly<Record<string, readonly [(e: Event) => unknown, string]>>): Cases =>
  cases;
export const ofChanges = (
  cases: Readonly<Record<string, readonly [(c: OrderChange) => unknown, string]>>,
): Cases => cases;
export const ofFeatures = (
  cases: Readonly<Record<string, readonly [(f: Features, t: Instant) => unknown, string]>>,
): Cases => cases;
