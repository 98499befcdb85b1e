import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

/** Pages that users looked at. */
export const pageViews = stream('page_views', {
  schema: z.object({
    view_id: z.string(),
    user_id: int(),
    page: z.string(),
    /** How long the page was open; null while it is. */
    seconds: z.number().nullable(),
    viewed_at: timestamp(),
  }),
  eventTime: 'viewed_at',
  id: 'view_id',
});

export const user = entity('user', { user_id: int() });

/** What a user has looked at lately. */
export const userViews = features('user_views', {
  entity: user,
  features: {
    /** Pages in 24 hours. */
    views_24h: pageViews.count({ over: '24h' }),
    /** Different pages in 7 days. */
    distinct_pages_7d: pageViews.countDistinct(view => view.page, { over: '7d' }),
    /** Mean time on a page in 7 days, in seconds; null where nothing was viewed to its end. */
    mean_seconds_7d: pageViews.avg(view => view.seconds, { over: '7d' }),
    /** The last three pages, newest first. */
    last_3_pages: pageViews.last(3, view => view.page),
  },
}).derive({
  /** Whether this user reads rather than skims. */
  is_reader: f => (f.mean_seconds_7d ?? 0) >= 30,
});
