import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    rank: events.last(e => {
      switch (e.type) {
        case 'click':
          return 1;
        default:
          return 0;
      }
    }),
  },
});
