import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    latest: events.last(e => (e.active ? e.name : e.amount)),
  },
});
