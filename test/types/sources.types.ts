import { changesOf, decimal, entity, features, int, stream, table, timestamp } from 'skewless';
import type { Instant, Row } from 'skewless';
import { z } from 'zod';
import { events, user, users } from './fixtures.ts';
import { holds } from './support.ts';
import type { Same } from './support.ts';

type Event = Row<typeof events>;
holds<Same<Event['category'], string | null>>();
holds<Same<Event['revenue'], number | null>>();
holds<Same<Event['event_time'], Instant>>();
holds<Same<Event['device'], 'phone' | 'desktop' | null>>();
holds<Same<Event['big'], bigint>>();

/** A helper with its row named: the one place where an author writes a type. */
const isPurchase = (e: Row<typeof events>): boolean => e.kind === 'purchase';
events.count({ where: isPurchase });

const schema = z.object({ id: int(), amount: decimal(8, 2), at: timestamp() });
// @ts-expect-error the event time must be a column
stream('s', { schema, eventTime: 'when' });
// @ts-expect-error the id must be a column
stream('s', { schema, eventTime: 'at', id: 'uid' });
// @ts-expect-error lateness must be a duration
stream('s', { schema, eventTime: 'at', lateness: '1 hour' });
// @ts-expect-error a primary key must be a column
table('t', { schema, primaryKey: 'key' });
// @ts-expect-error an entity needs its keys
entity('e');

// Keys by lambda.
events.on({ user_id: e => e.user_id + 1 }).count();
// @ts-expect-error a key lambda sees the row
events.on({ user_id: e => e.buyer_id });

// The changes of a table: rows before and after, either may be missing.
const moves = changesOf(users);
moves.count({ where: c => c.op === 'u' && c.before?.country !== c.after?.country });
// @ts-expect-error before may be null
moves.count({ where: c => c.before.country === 'CH' });
// @ts-expect-error no such operation
moves.count({ where: c => c.op === 'x' });

const profile = features('profile', {
  entity: user,
  features: {
    country: users.latest(u => u.country),
    since: users.latest(u => u.created_at),
    known: users.latest(u => u.country, { default: 'XX' }),
  },
});
holds<Same<typeof profile.values.country, string | null>>();
holds<Same<typeof profile.values.since, Instant | null>>();
holds<Same<typeof profile.values.known, string>>();
// @ts-expect-error latest is a table's
events.latest(e => e.kind);
// @ts-expect-error a misspelt column
users.latest(u => u.contry);
