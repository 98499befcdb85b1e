import { features } from 'skewless';
import type { Event } from '../declared.ts';
import { events, user } from '../declared.ts';

const check: ((e: Event) => boolean) | undefined = (e: Event) => e.active;

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => check?.(e) ?? false }),
  },
});
