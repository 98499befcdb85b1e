import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const events = stream('events', {
  schema: z.object({ user_id: z.number(), event_id: int().nullable(), at: timestamp() }),
  eventTime: 'at',
});
export const behaviour = features('behaviour', {
  entity: entity('user', { user_id: z.number() }),
  features: { n: events.count() },
});
