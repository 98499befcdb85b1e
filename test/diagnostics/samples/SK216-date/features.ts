import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => new Date(e.at / 1000).getUTCHours() > 22 }),
  },
});
