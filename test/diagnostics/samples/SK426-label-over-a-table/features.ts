import { entity, int, label, labels, table, timestamp } from 'skewless';
import { z } from 'zod';

const orders = table('orders', {
  schema: z.object({ order_id: int(), user_id: int(), at: timestamp() }),
  primaryKey: 'order_id',
  time: 'at',
});
export const outcome = labels('outcome', {
  entity: entity('user', { user_id: int() }),
  labels: { orders_30d: label(orders.count({ ahead: '30d' })) },
});
