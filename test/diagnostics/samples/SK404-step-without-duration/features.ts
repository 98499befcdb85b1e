import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const events = stream('events', {
  schema: z.object({ user_id: int(), name: z.string(), amount: z.number(), at: timestamp() }),
  eventTime: 'at',
});
const user = entity('user', { user_id: int() });

export const behaviour = features('behaviour', {
  entity: user,
  features: { n: events.count({ step: '1h' }) },
});
