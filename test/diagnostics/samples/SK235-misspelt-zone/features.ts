import { features, hourOfDay } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => hourOfDay(e.at, 'Europe/Berln') > 22 }),
  },
});
