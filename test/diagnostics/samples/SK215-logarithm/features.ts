import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    size: events.avg(e => Math.log(e.amount)),
  },
});
