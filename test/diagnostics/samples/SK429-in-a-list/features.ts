import { entity, features, int } from 'skewless';
import { events } from '../declared.ts';

const user = entity('user', { user_id: int() });

export const groups = [features('activity', { entity: user, features: { events_7d: events.count({ over: '7d' }) } })];
export const levels = features('levels', { entity: user, features: { level: events.max(e => e.level) } });
