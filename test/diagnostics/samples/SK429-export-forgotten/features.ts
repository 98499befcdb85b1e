import { entity, features, int } from 'skewless';
import { events } from '../declared.ts';

const user = entity('user', { user_id: int() });

/** Read by a vector it needs no export; by nobody, it would not be there. */
const activity = features('activity', { entity: user, features: { events_7d: events.count({ over: '7d' }) } });

export const levels = features('levels', { entity: user, features: { level: events.max(e => e.level) } }).derive({
  is_high: f => (f.level ?? 0) > 10,
});
