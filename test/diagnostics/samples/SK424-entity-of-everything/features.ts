import { entity, features } from 'skewless';
import { events } from '../declared.ts';

export const traffic = features('traffic', {
  entity: entity('everything', {}),
  features: { n: events.count({ over: '1h' }) },
});
