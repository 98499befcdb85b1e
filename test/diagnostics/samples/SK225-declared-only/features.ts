import { features } from 'skewless';
import { events, user } from '../declared.ts';

declare const limit: number;

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => e.level > limit }),
  },
});
