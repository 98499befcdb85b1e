import { features } from 'skewless';
import { orderChanges, user } from '../declared.ts';

export const activity = features('activity', {
  entity: user,
  features: {
    moves: orderChanges.count({ where: c => c.before?.note !== c.after?.note }),
  },
});
