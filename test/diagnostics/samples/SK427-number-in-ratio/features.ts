import { entity, features, int, ratio, stream, timestamp } from 'skewless';
import { z } from 'zod';

const clicks = stream('clicks', { schema: z.object({ user_id: int(), at: timestamp() }), eventTime: 'at' });
export const user = features('user_clicks', {
  entity: entity('user', { user_id: int() }),
  features: { clicks_a_day: ratio(clicks.count({ over: '7d' }), 7 as never) },
});
