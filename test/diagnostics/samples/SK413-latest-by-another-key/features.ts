import { entity, features, int, table } from 'skewless';
import { z } from 'zod';

const users = table('users', { schema: z.object({ user_id: int(), country: z.string() }), primaryKey: 'user_id' });
export const profile = features('profile', {
  entity: entity('country', { country: z.string() }),
  features: { someone: users.latest(u => u.user_id) },
});
