import { calendar, compute, features, finite, perWindow, secondsBetween } from 'skewless';
import type { Instant } from 'skewless';
import { events, user } from './fixtures.ts';
import { holds } from './support.ts';
import type { Same } from './support.ts';

export const behaviour = features('behaviour', {
  entity: user,
  features: {
    sessions_7d: events.countDistinct(e => e.session_id, { over: '7d' }),
    revenue_7d: events.sum(e => e.revenue, { over: '7d', default: 0 }),
    average: events.avg(e => e.revenue, { over: calendar('day', 'Europe/Zurich') }),
    seen: events.max(e => e.event_time),
    kinds: events.last(3, e => e.kind),
    ...perWindow('clicks', ['1h', '24h'], over => events.count({ where: e => e.kind === 'click', over })),
    ...perWindow('spend', ['1d', '7d'], over => ({
      sum: events.sum(e => e.revenue, { over }),
      count: events.count({ over }),
    })),
  },
  owner: 'growth',
  tags: ['shop'],
  status: 'stable',
})
  .derive({
    per_session: f => (f.sessions_7d === 0 ? null : f.revenue_7d / f.sessions_7d),
    idle: { value: (f, t) => (f.seen === null ? null : secondsBetween(f.seen, t)), default: 0 },
    always: f => finite(f.revenue_7d / f.clicks_1h, 0),
    tier: f => (f.revenue_7d > 100 ? 'gold' : 'plain'),
    echo: f => f.seen,
    kinds_seen: compute(f => f.kinds.length),
  })
  .derive({
    is_big_spender: f => (f.per_session ?? 0) > 100,
    sure: { value: compute(f => f.kinds.length * f.always), default: 1 },
  });

type Values = typeof behaviour.values;
holds<Same<Values['clicks_1h'], number>>();
holds<Same<Values['clicks_24h'], number>>();
holds<Same<Values['spend_7d_sum'], number | null>>();
holds<Same<Values['spend_1d_count'], number>>();
holds<Same<Values['per_session'], number | null>>();
holds<Same<Values['idle'], number>>();
holds<Same<Values['always'], number>>();
holds<Same<Values['tier'], 'gold' | 'plain'>>();
holds<Same<Values['echo'], Instant | null>>();
holds<Same<Values['kinds_seen'], number | null>>();
holds<Same<Values['is_big_spender'], boolean>>();
holds<Same<Values['sure'], number>>();

// @ts-expect-error no such window
type _Missing = Values['clicks_7d'];
// @ts-expect-error a derived feature that names a missing one
behaviour.derive({ x: f => f.clicks_6h });
// @ts-expect-error a nullable used as a number
behaviour.derive({ x: f => f.average + 1 });
// @ts-expect-error a name that is taken
behaviour.derive({ clicks_1h: () => 1 });
// @ts-expect-error a layer does not see itself
behaviour.derive({ a: f => f.sessions_7d, b: f => f.a });
features('twice', {
  entity: user,
  // @ts-expect-error a name declared twice
  features: { n: events.count(), n: events.count({ over: '1h' }) },
});
// @ts-expect-error windows are durations
perWindow('x', ['1h', '1y'], over => events.count({ over }));
// @ts-expect-error no such calendar unit
calendar('fortnight', 'UTC');
