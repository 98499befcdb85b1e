import { entity, features, int, table } from 'skewless';
import { z } from 'zod';

const key = 'user_idd' as 'user_id';
const users = table('users', { schema: z.object({ user_id: int(), mail: z.string() }), primaryKey: key });
export const profile = features('profile', {
  entity: entity('user', { user_id: int() }),
  features: { mail: users.count() },
});
