import { compute } from 'skewless';
import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const events = stream('events', {
  schema: z.object({ user_id: int(), name: z.string(), amount: z.number(), at: timestamp() }),
  eventTime: 'at',
});
const user = entity('user', { user_id: int() });

function make() {
  return features('behaviour', { entity: user, features: { n: events.count() } }).derive({
    twice: compute(f => f.n * 2),
  });
}
const reachable = make;
const hidden = reachable();
export const input = (await import('skewless')).vector('input', {
  request: { user_id: int() },
  take: v => ({ twice: v.get(hidden, { user_id: v.request.user_id }).twice }),
});
