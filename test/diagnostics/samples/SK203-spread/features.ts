import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    most: events.max(e => Math.max(...[e.amount, e.level])),
  },
});
