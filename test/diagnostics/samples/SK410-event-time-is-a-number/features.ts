import { entity, features, int, stream } from 'skewless';
import { z } from 'zod';

const events = stream('events', { schema: z.object({ user_id: int(), at: int() }), eventTime: 'at' });
export const behaviour = features('behaviour', {
  entity: entity('user', { user_id: int() }),
  features: { n: events.count() },
});
