import { features, int, stream, timestamp } from 'skewless';
import { z } from 'zod';

const clicks = stream('clicks', { schema: z.object({ user_id: int(), at: timestamp() }), eventTime: 'at' });
export const user = features('user_clicks', {
  entity: 'user',
  features: { clicks: clicks.count() },
});
