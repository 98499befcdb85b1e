import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    size: events.avg(e => e.amount ** 2),
  },
});
