import { features } from 'skewless';
import type { Event } from '../declared.ts';
import { events, user } from '../declared.ts';

const isClick = (e: Event): e is Event & { readonly type: 'click' } => e.active;

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => isClick(e) && e.active }),
  },
});
