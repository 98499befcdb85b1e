import { entity, features, int, vector } from 'skewless';
import { z } from 'zod';
import { events, users } from './fixtures.ts';
import { behaviour } from './groups.types.ts';
import { holds } from './support.ts';
import type { Same } from './support.ts';

const session = features('session', {
  entity: entity('session', { session_id: z.string() }),
  features: { user_id: events.last(e => e.user_id), clicks: events.count() },
});

export const propensity = vector('propensity', {
  request: { session_id: z.string(), amount: z.number(), coupon: z.string().nullable() },
  take: v => {
    const here = v.get(session, { session_id: v.request.session_id });
    const lately = v.getOr(behaviour, { user_id: here.user_id }, 0);
    const profile = v.row(users, { user_id: here.user_id });
    return { clicks: here.clicks, ...lately, country: profile.country.or('XX'), since: profile.created_at };
  },
}).derive({
  amount_to_average: f => (f.average === 0 ? null : f.amount / f.average),
  has_coupon: f => f.coupon !== null,
});

type Values = typeof propensity.values;
holds<Same<Values['clicks'], number>>();
holds<Same<Values['average'], number>>();
holds<Same<Values['kinds'], readonly ('click' | 'view' | 'purchase')[]>>();
holds<Same<Values['country'], string>>();
holds<Same<Values['amount_to_average'], number | null>>();
holds<Same<Values['has_coupon'], boolean>>();

vector('bad', {
  request: { session_id: z.string() },
  // @ts-expect-error a key of another type
  take: v => v.get(behaviour, { user_id: v.request.session_id }),
});
vector('bad', {
  request: { user_id: int() },
  // @ts-expect-error a missing key
  take: v => v.get(behaviour, {}),
});
vector('bad', {
  request: { user_id: int() },
  // @ts-expect-error no such feature
  take: v => ({ x: v.get(behaviour, { user_id: v.request.user_id }).clicks_2h }),
});
// @ts-expect-error a vector's lambda sees no such feature
propensity.derive({ x: f => f.nothing });
