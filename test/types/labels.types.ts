import { features, int, label, labels, ratio, vector } from 'skewless';
import type { Instant, ValueOf } from 'skewless';
import { events, user, users } from './fixtures.ts';
import { holds } from './support.ts';
import type { Same } from './support.ts';

// A label is null until its time is complete, whatever its default.
const bought = label(events.any(e => e.kind === 'purchase', { ahead: '30d', default: false }));
const revenue = label(events.sum(e => e.revenue, { where: e => !e.bot, ahead: '30d', bounds: '[)' }));
const clicks = label(events.count({ ahead: '7d', where: e => e.kind === 'click' }));
const next = label(events.first(e => e.kind, { ahead: '1d' }));
const when = label(events.min(e => e.event_time, { ahead: '1d' }));
const three = label(events.last(3, e => e.category, { ahead: '1d', last: 5 }));
const gap = label(events.timeBetween({ ahead: '1d' }));
holds<Same<ValueOf<typeof bought>, boolean | null>>();
holds<Same<ValueOf<typeof revenue>, number | null>>();
holds<Same<ValueOf<typeof clicks>, number | null>>();
holds<Same<ValueOf<typeof next>, 'click' | 'view' | 'purchase' | null>>();
holds<Same<ValueOf<typeof when>, Instant | null>>();
holds<Same<ValueOf<typeof three>, readonly string[] | null>>();
holds<Same<ValueOf<typeof gap>, number | null>>();

const outcome = labels('outcome', { entity: user, labels: { bought, revenue, clicks } });
holds<
  Same<
    typeof outcome.values,
    {
      readonly bought: boolean | null;
      readonly revenue: number | null;
      readonly clicks: number | null;
    }
  >
>();

const clicked = features('clicked', {
  entity: user,
  features: { clicks_7d: events.count({ over: '7d' }), user: events.last(e => e.user_id) },
});
const churn = vector('churn', {
  request: { user_id: int() },
  take: v => v.get(clicked, { user_id: v.request.user_id }),
  labels: (v, taken) => ({
    ...v.get(outcome, { user_id: v.request.user_id }),
    others: v.get(outcome, { user_id: taken.user }).clicks,
  }),
});
// Labels are no values of the vector.
holds<Same<typeof churn.values, { readonly clicks_7d: number; readonly user: number | null }>>();
holds<
  Same<
    typeof churn.labelValues,
    {
      readonly bought: boolean | null;
      readonly revenue: number | null;
      readonly clicks: number | null;
      readonly others: number | null;
    }
  >
>();
// A layer keeps them, and does not see them.
const derived = churn.derive({ twice: f => f.clicks_7d * 2 });
holds<Same<typeof derived.labelValues, typeof churn.labelValues>>();
// @ts-expect-error a label is no feature of the layer
churn.derive({ cheat: f => f.revenue });

// @ts-expect-error ahead outside of a label
features('leak', { entity: user, features: { bought: events.count({ ahead: '30d' }) } });
// @ts-expect-error ahead outside of a label
ratio(events.count({ ahead: '30d' }), events.count());
// @ts-expect-error a label looks ahead
label(events.count());
// @ts-expect-error a label looks ahead
label(events.count({ over: '30d' }));
// @ts-expect-error the window ahead is the only one
label(events.count({ ahead: '30d', over: '7d' }));
// @ts-expect-error no steps ahead
label(events.count({ ahead: '30d', step: '1d' }));
// @ts-expect-error no delay ahead
label(events.count({ ahead: '30d', delay: '1d' }));
// @ts-expect-error no refresh ahead
label(events.count({ ahead: '30d', refresh: '1d' }));
// @ts-expect-error not a duration
label(events.count({ ahead: 'a month' }));
// @ts-expect-error a misspelt option
label(events.count({ ahead: '30d', wher: () => true }));
// @ts-expect-error a misspelt column
label(events.count({ ahead: '30d', where: e => e.knd === 'click' }));
// @ts-expect-error nothing has happened since the read
label(events.timeSince({ ahead: '30d' }));
// @ts-expect-error a row as it is now is no event
label(users.latest(u => u.country, { ahead: '30d' }));
// @ts-expect-error a feature is no label
labels('none', { entity: user, labels: { clicks: events.count({ over: '7d' }) } });
vector('leak', {
  request: { user_id: int() },
  // @ts-expect-error labels are not taken as features
  take: v => v.get(outcome, { user_id: v.request.user_id }),
});
vector('swapped', {
  request: { user_id: int() },
  take: v => v.get(clicked, { user_id: v.request.user_id }),
  // @ts-expect-error features are no labels
  labels: v => v.get(clicked, { user_id: v.request.user_id }),
});
vector('without', {
  request: { user_id: int() },
  take: v => v.get(clicked, { user_id: v.request.user_id }),
  // @ts-expect-error a key of the labels is missing
  labels: v => v.get(outcome, {}),
});
