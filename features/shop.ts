/**
 * A shop: the clickstream, the users table and the payments, from which to tell who is about to buy.
 */
import {
  compute,
  daysBetween,
  decimal,
  entity,
  features,
  int,
  perWindow,
  ratio,
  secondsBetween,
  stream,
  table,
  timestamp,
  vector,
} from 'skewless';
import type { Row } from 'skewless';
import { z } from 'zod';

/** What users do in the shop. `revenue` is set on purchases. */
export const userEvents = stream('user_events', {
  schema: z.object({
    event_id: int(),
    user_id: int(),
    session_id: z.string(),
    item_id: int(),
    event_type: z.enum(['click', 'view', 'add_to_cart', 'purchase']),
    category: z.string().nullable(),
    revenue: decimal(10, 2).nullable(),
    event_time: timestamp(),
  }),
  eventTime: 'event_time',
  id: 'event_id',
  lateness: '1h',
  kafka: { topic: 'user-behavior' },
});

/** Who the users are. */
export const users = table('users', {
  schema: z.object({
    user_id: int(),
    country: z.string().nullable(),
    device: z.enum(['desktop', 'mobile', 'tablet']).nullable(),
    created_at: timestamp(),
  }),
  primaryKey: 'user_id',
  kafka: { topic: 'shop.public.users' },
});

/** Payments. A payment that is refunded changes its status, and leaves the features that count it. */
export const transactions = table('transactions', {
  schema: z.object({
    transaction_id: int(),
    user_id: int(),
    amount: decimal(10, 2),
    status: z.enum(['pending', 'completed', 'refunded']),
    created_at: timestamp(),
  }),
  primaryKey: 'transaction_id',
  time: 'created_at',
  kafka: { topic: 'shop.public.transactions' },
});

export const user = entity('user', { user_id: int() });
export const session = entity('session', { session_id: z.string() });
export const userSession = entity('user_session', { session_id: z.string(), user_id: int() });
export const item = entity('item', { item_id: int(), category: z.string() });

type UserEvent = Row<typeof userEvents>;

/** `where: isType('click')`: a filter made to order. */
const isType = (type: UserEvent['event_type']) => (e: UserEvent) => e.event_type === type;
const isPurchase = isType('purchase');
const isCompleted = (payment: Row<typeof transactions>) => payment.status === 'completed';

/** Whose session it is. */
export const sessionOwner = features('session_owner', {
  entity: session,
  owner: 'growth',
  features: {
    /** The user of the session's last event. */
    user_id: userEvents.last(e => e.user_id),
  },
});

/** What happened in a session so far. */
export const sessionEngagement = features('session_engagement', {
  entity: userSession,
  owner: 'growth',
  features: {
    /** Events of any type. */
    event_count: userEvents.count(),
    /** Different items viewed; a session is not expected to last for more than a day. */
    unique_items_viewed: userEvents.countDistinct(e => e.item_id, { where: isType('view'), over: '24h' }),
    /** Clicks. */
    click_count: userEvents.count({ where: isType('click') }),
    /** Items put into the cart. */
    add_to_cart_count: userEvents.count({ where: isType('add_to_cart') }),
    /** What was bought, in the shop's currency. */
    session_revenue: userEvents.sum(e => e.revenue, { where: isPurchase, default: 0 }),
    /** The first event. */
    session_start: userEvents.min(e => e.event_time),
    /** The last event so far. */
    session_last_event: userEvents.max(e => e.event_time),
  },
}).derive({
  /** Seconds from the first event to the last. */
  session_duration: f =>
    f.session_start === null || f.session_last_event === null
      ? null
      : secondsBetween(f.session_start, f.session_last_event),
});

/** What a user did in the last 7 days. */
export const userBehavior = features('user_behavior', {
  entity: user,
  owner: 'growth',
  tags: ['weekly'],
  features: {
    /** Different sessions. */
    sessions_7d: userEvents.countDistinct(e => e.session_id, { over: '7d' }),
    /** Purchases. */
    purchases_7d: userEvents.count({ where: isPurchase, over: '7d' }),
    /** What was bought, in the shop's currency. */
    revenue_7d: userEvents.sum(e => e.revenue, { where: isPurchase, over: '7d', default: 0 }),
    /** Different categories of the items met. */
    categories_visited_7d: userEvents.countDistinct(e => e.category, { over: '7d' }),
    /** Mean revenue of a purchase; null without one. */
    avg_order_value_7d: userEvents.avg(e => e.revenue, { where: isPurchase, over: '7d' }),
    /** The last event of any type. */
    last_active: userEvents.last(e => e.event_time),
  },
})
  .derive({
    /** Revenue for each session; null without sessions. */
    revenue_per_session_7d: f => (f.sessions_7d === 0 ? null : f.revenue_7d / f.sessions_7d),
  })
  .derive({
    /** More than 100 for each session. */
    is_big_spender: f => (f.revenue_per_session_7d ?? 0) > 100,
  });

/** What a user is doing right now, and how readily they click. */
export const userActivity = features('user_activity', {
  entity: user,
  owner: 'growth',
  features: {
    /** Clicks in half an hour. */
    clicks_30m: userEvents.count({ where: isType('click'), over: '30m' }),
    /** Views in half an hour. */
    views_30m: userEvents.count({ where: isType('view'), over: '30m' }),
    /** Different items met in half an hour. */
    unique_items_30m: userEvents.countDistinct(e => e.item_id, { over: '30m' }),
    /** Clicks for each view; null without views. */
    ...perWindow('click_rate', ['1h', '6h', '24h'], over =>
      ratio(
        userEvents.count({ where: isType('click'), over }),
        userEvents.count({ where: isType('view'), over }),
      ),
    ),
    /** Seconds since the event before the last. */
    seconds_between_events: userEvents.timeBetween(),
  },
});

/** What became of a user's carts, and what they buy. */
export const userPurchases = features('user_purchases', {
  entity: user,
  owner: 'growth',
  features: {
    /** Items put into the cart in 30 days. */
    carts_30d: userEvents.count({ where: isType('add_to_cart'), over: '30d' }),
    /** Purchases in 30 days. */
    purchases_30d: userEvents.count({ where: isPurchase, over: '30d' }),
    /** Purchases for each item put into the cart; null when no cart was filled. */
    purchase_to_cart_ratio: ratio(
      userEvents.count({ where: isPurchase, over: '30d' }),
      userEvents.count({ where: isType('add_to_cart'), over: '30d' }),
    ),
    /** Categories of the last three purchases, newest first. */
    last_3_purchase_categories: userEvents.last(3, e => e.category, { where: isPurchase }),
    /** The last purchase. */
    last_purchase_time: userEvents.last(e => e.event_time, { where: isPurchase }),
    /** Payments that went through in 7 days and stand today. */
    payments_7d: transactions.count({ where: isCompleted, over: '7d' }),
    /** Their value. */
    payment_value_7d: transactions.sum(payment => payment.amount, {
      where: isCompleted,
      over: '7d',
      default: 0,
    }),
  },
}).derive({
  /** Whether the last three purchases were all of one category. */
  is_loyal_to_category: compute(
    f => f.last_3_purchase_categories.length === 3 && new Set(f.last_3_purchase_categories).size === 1,
  ),
});

/** Who a user is. */
export const userProfile = features('user_profile', {
  entity: user,
  owner: 'growth',
  features: {
    /** Country of the account, ISO 3166. */
    country: users.latest(u => u.country),
    /** What they shop with. */
    device: users.latest(u => u.device),
    /** When the account was opened. */
    account_created: users.latest(u => u.created_at),
  },
}).derive({
  /** Age of the account in days of 24 hours. */
  account_age_days: (f, t) => (f.account_created === null ? null : daysBetween(f.account_created, t)),
});

/** What an item drew in the last hour. */
export const itemPopularity = features('item_popularity', {
  entity: item,
  owner: 'merchandising',
  features: {
    /** Views. */
    views_1h: userEvents.count({ where: isType('view'), over: '1h' }),
    /** Purchases. */
    purchases_1h: userEvents.count({ where: isPurchase, over: '1h' }),
    /** Different users. */
    unique_users_1h: userEvents.countDistinct(e => e.user_id, { over: '1h' }),
    /** What it brought. */
    revenue_1h: userEvents.sum(e => e.revenue, { where: isPurchase, over: '1h', default: 0 }),
  },
});

/** Will this session end in a purchase? The user is the session's. */
export const purchasePropensity = vector('purchase_propensity', {
  request: { session_id: z.string() },
  owner: 'growth',
  take: v => {
    const { session_id } = v.request;
    const { user_id } = v.get(sessionOwner, { session_id });
    const now = v.get(sessionEngagement, { session_id, user_id });
    const week = v.getOr(userBehavior, { user_id }, 0);
    const profile = v.get(userProfile, { user_id });
    return {
      event_count: now.event_count,
      unique_items_viewed: now.unique_items_viewed,
      click_count: now.click_count,
      add_to_cart_count: now.add_to_cart_count,
      session_revenue: now.session_revenue,
      session_duration: now.session_duration.or(0),
      sessions_7d: week.sessions_7d,
      purchases_7d: week.purchases_7d,
      revenue_7d: week.revenue_7d,
      categories_visited_7d: week.categories_visited_7d,
      avg_order_value_7d: week.avg_order_value_7d,
      country: profile.country.or('unknown'),
      device: profile.device,
      account_age_days: profile.account_age_days,
    };
  },
}).derive({
  /** Share of the session's events that filled the cart. */
  cart_intent: f => (f.event_count === 0 ? 0 : f.add_to_cart_count / f.event_count),
});
