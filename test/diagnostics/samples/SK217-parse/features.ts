import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    parsed: events.avg(e => parseInt(e.name, 10)),
  },
});
