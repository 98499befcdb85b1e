import { entity, int, labels, stream, timestamp } from 'skewless';
import { z } from 'zod';

const clicks = stream('clicks', { schema: z.object({ user_id: int(), at: timestamp() }), eventTime: 'at' });
const past: object = { clicks_7d: clicks.count({ over: '7d' }) };
export const outcome = labels('outcome', {
  entity: entity('user', { user_id: int() }),
  labels: past as Record<string, never>,
});
