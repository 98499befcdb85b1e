import { perWindow } from 'skewless';
import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const events = stream('events', {
  schema: z.object({ user_id: int(), name: z.string(), amount: z.number(), at: timestamp() }),
  eventTime: 'at',
});
const user = entity('user', { user_id: int() });

export const behaviour = features('behaviour', {
  entity: user,
  features: {
    ...perWindow('clicks', ['1h', '6h'], over => events.count({ over })),
    ...perWindow('clicks', ['6h', '1d'], over => events.count({ over, where: e => e.amount > 0 })),
  },
});
