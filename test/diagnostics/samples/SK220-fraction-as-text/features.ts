import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    prices: events.countDistinct(e => `${e.type}:${e.amount}`, { over: '7d' }),
  },
});
