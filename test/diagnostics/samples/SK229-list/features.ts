import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    names: events.distinct(e => e.name, { over: '7d' }),
  },
}).derive({
  has_many: f => f.names.length > 2,
});
