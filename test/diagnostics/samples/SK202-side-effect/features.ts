import { features } from 'skewless';
import { events, user } from '../declared.ts';

const seen: string[] = [];

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({
      where: e => {
        seen.push(e.name);
        return true;
      },
    }),
  },
});
