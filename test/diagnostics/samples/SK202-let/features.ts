import { features } from 'skewless';
import { events, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    total: events.sum(e => {
      let total: number = e.amount;
      if (e.fee !== null) total += e.fee;
      return total;
    }),
  },
});
