import { vector } from 'skewless';
import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const events = stream('events', {
  schema: z.object({ user_id: int(), name: z.string(), amount: z.number(), at: timestamp() }),
  eventTime: 'at',
});
const user = entity('user', { user_id: int() });

const behaviour = features('behaviour', { entity: user, features: { n: events.count() } });
export const input = vector('input', {
  request: { user_id: int() },
  take: v => ({ n: v.get(behaviour, { user_id: v.request.user_id }).n, bias: 1 as never }),
});
