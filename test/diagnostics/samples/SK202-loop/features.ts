import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({
      where: e => {
        for (const type of ['click', 'view']) if (e.type === type) return true;
        return false;
      },
    }),
  },
});
