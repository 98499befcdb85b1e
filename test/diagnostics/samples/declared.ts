import { z } from 'zod';
import { bigint, changesOf, decimal, entity, int, stream, table, timestamp } from 'skewless';
import type { Row } from 'skewless';

/** What the samples are about. */
export const events = stream('events', {
  schema: z.object({
    user_id: int(),
    level: int(),
    serial: bigint(),
    amount: decimal(10, 2),
    fee: decimal(8, 4).nullable(),
    name: z.string(),
    city: z.string().nullable(),
    type: z.enum(['click', 'view', 'purchase']),
    active: z.boolean(),
    at: timestamp(),
  }),
  eventTime: 'at',
});

export const orders = table('orders', {
  schema: z.object({ order_id: int(), user_id: int(), status: z.string(), note: z.string().nullable() }),
  primaryKey: 'order_id',
});
export const orderChanges = changesOf(orders);

export const user = entity('user', { user_id: int() });

export type Event = Row<typeof events>;
