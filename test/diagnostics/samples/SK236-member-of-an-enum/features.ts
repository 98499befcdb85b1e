import { features } from 'skewless';
import { events, user } from '../declared.ts';

enum Level {
  Low = 1,
}

export const activity = features('activity', {
  entity: user,
  features: {
    total: events.sum(e => (e.active ? e.level : Level.Low), { over: '7d' }),
  },
});
