import { features } from 'skewless';
import { events, user } from '../declared.ts';

let limit = 1;
limit = limit + 1;

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => e.level > limit }),
  },
});
