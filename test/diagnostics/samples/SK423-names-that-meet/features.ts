import { entity, features, int, stream, timestamp, vector } from 'skewless';
import { z } from 'zod';

const events = stream('events', { schema: z.object({ user_id: int(), at: timestamp() }), eventTime: 'at' });
const user = entity('user', { user_id: int() });
const counts = { n: events.count({ over: '1d' }) };

export const first = features('user_1h', { entity: user, features: counts });
export const second = features('user1h', { entity: user, features: counts });
export const index = features('index', { entity: user, features: counts });
export const file = features('churn_vector', { entity: user, features: counts });
export const churn = vector('churn', {
  request: { user_id: int() },
  take: v => v.get(first, { user_id: v.request.user_id }),
});
