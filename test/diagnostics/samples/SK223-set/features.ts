import { features } from 'skewless';
import { events, user } from '../declared.ts';

const allowed = new Set(['a', 'b']);

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => allowed.has(e.name) }),
  },
});
