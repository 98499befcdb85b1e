import { features } from 'skewless';
import type { Event } from '../declared.ts';
import { events, user } from '../declared.ts';

const check = async (e: Event) => e.amount > 1;

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => check(e) !== null }),
  },
});
