import { features } from 'skewless';
import { events, user } from '../declared.ts';

const rules: { isBig(fee: number | null): boolean } = {
  isBig(fee: number) {
    return fee > 1;
  },
};

export const activity = features('activity', {
  entity: user,
  features: {
    n: events.count({ where: e => rules.isBig(e.fee) }),
  },
});
