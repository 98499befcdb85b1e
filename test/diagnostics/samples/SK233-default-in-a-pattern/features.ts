import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    total: events.sum(({ amount = 0 }) => amount),
  },
});
