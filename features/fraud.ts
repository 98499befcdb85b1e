/**
 * Card fraud: is this transaction like its user, its merchant and its terminal?
 */
import { decimal, entity, features, int, ratio, stream, timestamp, vector } from 'skewless';
import { z } from 'zod';

/** Card transactions. `is_fraud` is what an investigation found; reads wait 7 days for it, see `terminalRisk`. */
export const cardTransactions = stream('card_transactions', {
  schema: z.object({
    transaction_id: z.string(),
    user_id: int(),
    merchant_id: int(),
    terminal_id: int(),
    amount: decimal(12, 2),
    /** ISO 3166, where the card was used. */
    country: z.string(),
    is_fraud: z.boolean(),
    transaction_time: timestamp(),
  }),
  eventTime: 'transaction_time',
  id: 'transaction_id',
  kafka: { topic: 'card-transactions' },
});

export const cardholder = entity('cardholder', { user_id: int() });
export const merchant = entity('merchant', { merchant_id: int() });
export const terminal = entity('terminal', { terminal_id: int() });

/** How a cardholder has used the card. */
export const cardholderActivity = features('cardholder_activity', {
  entity: cardholder,
  owner: 'risk',
  features: {
    /** Transactions in a day. */
    transactions_24h: cardTransactions.count({ over: '24h' }),
    /** Their amount. */
    amount_24h: cardTransactions.sum(c => c.amount, { over: '24h', default: 0 }),
    /** Different merchants in a week. */
    distinct_merchants_7d: cardTransactions.countDistinct(c => c.merchant_id, { over: '7d' }),
    /** How often in an hour the card turned up in another country than the time before. */
    country_changes_1h: cardTransactions.changes(c => c.country, { over: '1h' }),
    /** The last transaction. */
    last_seen: cardTransactions.last(c => c.transaction_time),
    /** Seconds since then. */
    seconds_since_last: cardTransactions.timeSince(),
  },
});

/** What a merchant usually charges. */
export const merchantAmounts = features('merchant_amounts', {
  entity: merchant,
  owner: 'risk',
  features: {
    /** Mean amount in 30 days. */
    amount_mean_30d: cardTransactions.avg(c => c.amount, { over: '30d' }),
    /** Standard deviation of the amounts; null of fewer than two. */
    amount_stddev_30d: cardTransactions.stddev(c => c.amount, { over: '30d' }),
    /** The amount that 95 % of the transactions stay below. */
    amount_p95_30d: cardTransactions.percentile(c => c.amount, 0.95, { over: '30d' }),
    /** Transactions in 30 days. */
    merchant_transactions_30d: cardTransactions.count({ over: '30d' }),
  },
});

/**
 * What share of a terminal's transactions were frauds. An investigation takes up to 7 days, so the window ends
 * 7 days ago: it covers the transactions from 37 to 7 days before the read.
 */
export const terminalRisk = features('terminal_risk', {
  entity: terminal,
  owner: 'risk',
  features: {
    /** Frauds among all transactions 7 to 37 days ago; null without transactions. */
    fraud_share_30d: ratio(
      cardTransactions.count({ where: c => c.is_fraud, over: '30d', delay: '7d' }),
      cardTransactions.count({ over: '30d', delay: '7d' }),
    ),
    /** Transactions 7 to 37 days ago. */
    terminal_transactions_30d: cardTransactions.count({ over: '30d', delay: '7d' }),
    /** Whether there was a fraud among them; null without transactions. */
    had_fraud_30d: cardTransactions.any(c => c.is_fraud, { over: '30d', delay: '7d' }),
  },
});

/** May this transaction pass? The request brings it; it is not in the stream yet. */
export const fraudScore = vector('fraud_score', {
  request: { user_id: int(), merchant_id: int(), terminal_id: int(), amount: decimal(12, 2) },
  owner: 'risk',
  take: v => ({
    ...v.get(cardholderActivity, { user_id: v.request.user_id }),
    ...v.get(merchantAmounts, { merchant_id: v.request.merchant_id }),
    ...v.getOr(terminalRisk, { terminal_id: v.request.terminal_id }, 0),
  }),
})
  .derive({
    /** How many standard deviations the amount is above the merchant's mean; null where they do not deviate. */
    amount_z_score: f =>
      f.amount_mean_30d === null || f.amount_stddev_30d === null || f.amount_stddev_30d === 0
        ? null
        : (f.amount - f.amount_mean_30d) / f.amount_stddev_30d,
    /** Share of the day's amount that this transaction would make. */
    amount_share_24h: f => f.amount / (f.amount_24h + f.amount),
  })
  .derive({
    /** More than three standard deviations above the mean. */
    is_unusual_amount: f => f.amount_z_score !== null && f.amount_z_score > 3,
  });
