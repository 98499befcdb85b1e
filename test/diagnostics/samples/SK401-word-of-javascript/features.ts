import { entity, features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const events = stream('refused', { schema: z.object({ user_id: int(), at: timestamp() }), eventTime: 'at' });
const user = entity('user', { user_id: int() });

export const deleted = features('delete', { entity: user, features: { n: events.count() } });
export const long = features('what_a_user_did_in_any_of_the_shops_that_we_ever_had', {
  entity: user,
  features: { n: events.count() },
});
