import { decimal, features } from 'skewless';
import { events, user } from '../declared.ts';

export const price = decimal(20, 2);

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => e.active }),
  },
});
