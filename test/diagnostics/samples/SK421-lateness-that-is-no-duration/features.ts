import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const events = stream('events', {
  schema: z.object({ user_id: int(), at: timestamp() }),
  eventTime: 'at',
  lateness: '1.5h',
});
export const behaviour = features('behaviour', {
  entity: entity('user', { user_id: int() }),
  features: { n: events.count() },
});
