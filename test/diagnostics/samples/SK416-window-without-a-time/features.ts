import { entity, features, int, table } from 'skewless';
import { z } from 'zod';

const users = table('users', { schema: z.object({ user_id: int(), country: z.string() }), primaryKey: 'user_id' });
export const countries = features('countries', {
  entity: entity('country', { country: z.string() }),
  features: { users_7d: users.count({ over: '7d' }) },
});
