import { features } from 'skewless';
import type { Event } from '../declared.ts';
import { events, user } from '../declared.ts';

class Rules {
  isClick(e: Event): boolean {
    return e.type === 'click';
  }
}
const rules = new Rules();

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: rules.isClick }),
  },
});
