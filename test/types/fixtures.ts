import { bigint, decimal, entity, enumOf, int, stream, table, timestamp, uuid } from 'skewless';
import { z } from 'zod';

export const events = stream('events', {
  schema: z.object({
    event_id: uuid(),
    user_id: int(),
    session_id: z.string(),
    kind: z.enum(['click', 'view', 'purchase']),
    device: enumOf(['phone', 'desktop'], { other: null }),
    category: z.string().nullable(),
    revenue: decimal(10, 2).nullable(),
    score: z.number(),
    big: bigint(),
    bot: z.boolean(),
    event_time: timestamp(),
    seen_at: timestamp().nullable(),
  }),
  eventTime: 'event_time',
  id: 'event_id',
  lateness: '1h',
});

export const users = table('users', {
  schema: z.object({ user_id: int(), country: z.string().nullable(), created_at: timestamp() }),
  primaryKey: 'user_id',
  time: 'created_at',
});

export const user = entity('user', { user_id: int() });
