import { features } from 'skewless';
import { events, user } from '../declared.ts';

const MOST = 2n ** 63n;

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => e.name === 'a\0' }),
    halves: events.countDistinct(e => `${e.name}\ud800`, { over: '1d' }),
    serials: events.count({ where: e => e.serial < MOST }),
  },
});
