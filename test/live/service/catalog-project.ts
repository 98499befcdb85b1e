/**
 * Views of items, and the items by change data capture; a project of which each version has other features of the same
 * sources: windows and filters that were changed, others that are new, and a group that is.
 */
export interface CatalogTopics {
  readonly views: string;
  readonly items: string;
}

export const catalogVersions = ['first', 'wider', 'other'] as const;
export type CatalogVersion = (typeof catalogVersions)[number];

export function catalogFeatures(topics: CatalogTopics, version: CatalogVersion): string {
  return `
import { changesOf, decimal, entity, features, int, stream, table, timestamp, vector } from 'skewless';
import { z } from 'zod';

export const views = stream('views', {
  schema: z.object({
    view_id: int(), user_id: int(), item_id: int(), kind: z.enum(['page', 'item', 'cart']),
    seconds: z.number().nullable(), viewed_at: timestamp(),
  }),
  eventTime: 'viewed_at', id: 'view_id', lateness: '1h', kafka: { topic: '${topics.views}' },
});
export const items = table('items', {
  schema: z.object({ item_id: int(), shelf: z.string().nullable(), price: decimal(8, 2) }),
  primaryKey: 'item_id',
  kafka: { topic: '${topics.items}' },
});
export const user = entity('user', { user_id: int() });
export const item = entity('item', { item_id: int() });
${groups[version]}`;
}

const groups: Readonly<Record<CatalogVersion, string>> = {
  first: `
export const userViews = features('user_views', {
  entity: user,
  features: {
    views_1h: views.count({ over: '1h' }),
    seconds_1h: views.sum(v => v.seconds, { over: '1h' }),
  },
});
export const itemViews = features('item_views', { entity: item, features: { shelf: items.latest(i => i.shelf) } });
`,
  wider: `
export const userViews = features('user_views', {
  entity: user,
  features: {
    views_1h: views.count({ over: '30h' }),
    seconds_1h: views.sum(v => v.seconds, { over: '1h', where: v => v.kind !== 'page' }),
    carts_3d: views.count({ over: '3d', where: v => v.kind === 'cart' }),
    last_items: views.last(7, v => v.item_id, { over: '4d' }),
    mean_seconds_2d: views.avg(v => v.seconds, { over: '2d', step: '1h', delay: '10m' }),
    kind_changes_1d: views.changes(v => v.kind, { over: '1d' }),
  },
}).derive({ cart_share: f => f.views_1h === 0 ? null : f.carts_3d / f.views_1h });
export const itemViews = features('item_views', {
  entity: item,
  features: {
    viewers_3d: views.countDistinct(v => v.user_id, { over: '3d' }),
    price: items.latest(i => i.price),
    price_changes_5d: changesOf(items).changes(c => c.after?.price, { over: '5d' }),
  },
});
`,
  other: `
export const userViews = features('user_views', {
  entity: user,
  features: {
    views: views.count(),
    since: views.timeSince({ where: v => v.kind === 'item' }),
    median_seconds_3d: views.median(v => v.seconds, { over: '3d' }),
    seconds_10d: views.sum(v => v.seconds, { over: '10d', refresh: '15m' }),
  },
});
export const itemViews = features('item_views', {
  entity: item,
  features: {
    carts_2d: views.count({ over: '2d', where: v => v.kind === 'cart' }),
    shelf: items.latest(i => i.shelf),
  },
});
export const interest = vector('interest', {
  request: { user_id: int(), item_id: int() },
  take: v => ({
    ...v.get(userViews, { user_id: v.request.user_id }),
    ...v.get(itemViews, { item_id: v.request.item_id }),
  }),
});
`,
};
