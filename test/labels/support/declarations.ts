import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';

/** Every aggregate and every kind of source that labels may have; keys from the request and found on the way. */
export const declarations = `
import { changesOf, decimal, entity, features, int, label, labels, stream, table, timestamp, vector } from 'skewless';
import { z } from 'zod';

/** Events that may come an hour late, and twice. */
export const visits = stream('visits', {
  schema: z.object({
    visit_id: z.string(),
    user_id: int().nullable(),
    session_id: z.string(),
    kind: z.enum(['view', 'buy']),
    page: z.string().nullable(),
    amount: decimal(8, 2).nullable(),
    at: timestamp(),
  }),
  eventTime: 'at',
  id: 'visit_id',
  lateness: '1h',
});

/** Events that no feature reads, and that may come as late as they like. */
export const refunds = stream('refunds', {
  schema: z.object({ user_id: int(), amount: z.number(), at: timestamp() }),
  eventTime: 'at',
});

export const plans = table('plans', {
  schema: z.object({ user_id: int(), plan: z.string() }),
  primaryKey: 'user_id',
});

export const user = entity('user', { user_id: int() });
export const session = entity('session', { session_id: z.string() });

export const seen = features('seen', {
  entity: user,
  features: { visits_1d: visits.count({ over: '1d' }), plan: plans.latest(p => p.plan) },
});
export const owner = features('owner', {
  entity: session,
  features: { user_id: visits.last(e => e.user_id) },
});

const isBuy = (e: { readonly kind: string }) => e.kind === 'buy';

export const outcome = labels('outcome', {
  entity: user,
  labels: {
    bought: label(visits.any(isBuy, { ahead: '1d' })),
    bought_or_not: label(visits.any(isBuy, { ahead: '1d', default: false })),
    spent: label(visits.sum(e => e.amount, { where: isBuy, ahead: '6h', default: 0 })),
    spent_closed: label(visits.sum(e => e.amount, { where: isBuy, ahead: '6h', bounds: '[]' })),
    visits_open: label(visits.count({ ahead: '6h', bounds: '()' })),
    visits_left: label(visits.count({ ahead: '6h', bounds: '[)' })),
    next_page: label(visits.first(e => e.page, { ahead: '1d' })),
    next_at: label(visits.min(e => e.at, { ahead: '1d' })),
    pages: label(visits.distinct(e => e.page, { ahead: '1d' })),
    last_pages: label(visits.last(2, e => e.page, { ahead: '1d' })),
    turns: label(visits.changes(e => e.kind, { ahead: '1d' })),
    top: label(visits.topK(1, e => e.page, { ahead: '1d' })),
    spread: label(visits.stddev(e => e.amount, { ahead: '1d', last: 3 })),
    gap: label(visits.timeBetween({ ahead: '1d' })),
    refunded: label(refunds.sum(e => e.amount, { ahead: '3h', default: 0 })),
    plan_changes: label(changesOf(plans).count({ ahead: '6h' })),
    leaves: label(changesOf(plans).any(c => c.op === 'd', { ahead: '6h', default: false })),
  },
});

export const risk = vector('risk', {
  request: { user_id: int(), session_id: z.string() },
  take: v => {
    const { user_id } = v.get(owner, { session_id: v.request.session_id });
    return { owner: user_id, ...v.get(seen, { user_id: v.request.user_id }) };
  },
  labels: (v, taken) => ({
    ...v.get(outcome, { user_id: v.request.user_id }),
    owner_spent: v.get(outcome, { user_id: taken.owner }).spent,
  }),
}).derive({ busy: f => f.visits_1d > 2 });
`;

/** The same where features read every source too. */
export const shared = `${declarations}
export const refunding = features('refunding', {
  entity: user,
  features: { refunds_1d: refunds.count({ over: '1d' }), changes_1d: changesOf(plans).count({ over: '1d' }) },
});
`;

/** `shared` without labels. */
export const unlabelled = shared
  .replace(/export const outcome = [^]*?\n}\);\n/, '')
  .replace(/ {2}labels: \(v, taken\) => [^]*?\n {2}}\),\n/, '');

export async function labelProject(): Promise<TemporaryProject> {
  return await temporaryProject({ 'visits.ts': declarations });
}
