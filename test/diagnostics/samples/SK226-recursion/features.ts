import { features } from 'skewless';
import { events, user } from '../declared.ts';

const isEven = (x: number): boolean => (x === 0 ? true : !isEven(x - 1));

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => isEven(e.level) }),
  },
});
