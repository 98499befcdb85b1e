/** A small project: views of pages, of kinds that a later version of it adds to. */
export function viewsFeatures(topic: string, kinds: readonly string[]): string {
  return `
import { decimal, entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

export const views = stream('views', {
  schema: z.object({
    view_id: int(), user_id: int(), kind: z.enum(${JSON.stringify(kinds)}), price: decimal(8, 2).nullable(),
    at: timestamp(),
  }),
  eventTime: 'at', id: 'view_id', kafka: { topic: '${topic}' },
});
export const user = entity('user', { user_id: int() });

export const userViews = features('user_views', {
  entity: user,
  features: {
    views_1d: views.count({ over: '1d' }),
    prices_1d: views.sum(v => v.price, { over: '1d', default: 0 }),
    kinds_1d: views.countDistinct(v => v.kind, { over: '1d' }),
    last_views: views.last(20, v => v.view_id),
  },
});
`;
}

export interface View {
  readonly view_id: number;
  readonly user_id: number;
  readonly kind: string;
  readonly price: string | null;
  readonly at: string;
}

export function view(view_id: number, user_id: number, change: Partial<View> = {}): View {
  return { view_id, user_id, kind: 'page', price: '0.25', at: new Date().toISOString(), ...change };
}
