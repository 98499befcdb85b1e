/**
 * Churn: will this user still be here in 30 days? A model's view over the shop's features.
 */
import { daysBetween, int, label, labels, vector } from 'skewless';
import { user, userActivity, userBehavior, userEvents, userProfile, userPurchases } from './shop.ts';

/** What became of a user: what the churn model is trained to predict. */
export const userOutcome = labels('user_outcome', {
  entity: user,
  owner: 'growth',
  labels: {
    /** Whether the user comes back within 30 days. */
    stays_30d: label(userEvents.any(() => true, { ahead: '30d', default: false })),
    /** What the user buys within 30 days, in the shop's currency. */
    revenue_30d: label(
      userEvents.sum(e => e.revenue, {
        where: e => e.event_type === 'purchase',
        ahead: '30d',
        default: 0,
      }),
    ),
  },
});

/** What the churn model takes. Counts and sums of a user never seen are 0. */
export const churnRisk = vector('churn_risk', {
  request: { user_id: int() },
  owner: 'growth',
  take: v => {
    const { user_id } = v.request;
    const profile = v.get(userProfile, { user_id });
    const { revenue_per_session_7d, ...week } = v.get(userBehavior, { user_id });
    return {
      ...week,
      revenue_per_session_7d: revenue_per_session_7d.or(0),
      ...v.get(userPurchases, { user_id }),
      ...v.getOr(userActivity, { user_id }, 0),
      country: profile.country.or('unknown'),
      account_age_days: profile.account_age_days,
    };
  },
  labels: v => v.get(userOutcome, { user_id: v.request.user_id }),
})
  .derive({
    /** Days of 24 hours since the user was last seen; null where never. */
    days_inactive: (f, t) => (f.last_active === null ? null : daysBetween(f.last_active, t)),
    /** Sessions in 7 days for each purchase in 30; null without purchases. */
    sessions_per_purchase: f => (f.purchases_30d === 0 ? null : f.sessions_7d / f.purchases_30d),
  })
  .derive({
    /** Not seen for two weeks, but a buyer in the last 30 days. */
    is_slipping_away: f => (f.days_inactive ?? 0) > 14 && f.purchases_30d > 0,
  });
