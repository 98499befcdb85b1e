import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeclarationCache } from '../../generator/frontend/index.ts';
import { generate } from '../../generator/index.ts';
import type { Generated } from '../../generator/index.ts';

const folder = fileURLToPath(new URL('../../.skewless/projects/', import.meta.url));
const cache = new DeclarationCache();

/** A project of one module, in a folder that `remove` takes away. */
export class LockProject {
  readonly root: string;

  constructor() {
    mkdirSync(folder, { recursive: true });
    this.root = mkdtempSync(join(folder, 'lock-'));
    mkdirSync(join(this.root, 'features'));
    this.write(
      'tsconfig.json',
      JSON.stringify({ extends: '../../../tsconfig.json', include: ['features'], exclude: [] }),
    );
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** @throws Error with what the generator found wrong */
  async generate(declarations: string): Promise<Generated> {
    this.write('features/shop.ts', declarations);
    const generated = await generate({ root: this.root, features: 'features', cache });
    if (generated.program === null)
      throw new Error(
        generated.diagnostics.map(({ code, span }) => `${code} ${JSON.stringify(span)}`).join('\n'),
      );
    return generated;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Features of every kind that a meaning is made of: each edit of a test replaces a piece of it. */
export const SHOP = `import { z } from 'zod';
import { calendar, changesOf, compute, decimal, entity, features, int, ratio, stream, table, timestamp, vector } from 'skewless';

const events = stream('events', {
  schema: z.object({
    event_id: z.string(),
    user_id: int(),
    seller_id: int(),
    kind: z.enum(['view', 'buy']),
    amount: decimal(10, 2),
    note: z.string().nullable(),
    at: timestamp(),
  }),
  eventTime: 'at',
  id: 'event_id',
  horizon: '10m',
  lateness: '5m',
});
const items = table('items', {
  schema: z.object({ item_id: int(), price: decimal(10, 2), seller_id: int(), changed: timestamp() }),
  primaryKey: 'item_id',
  time: 'changed',
});
const user = entity('user', { user_id: int() });
const item = entity('item', { item_id: int() });

export const spend = features('spend', {
  entity: user,
  features: {
    /** What they bought. */
    revenue: events.sum(e => e.amount, { where: e => e.kind === 'buy', over: '7d', default: 0 }),
    views: events.count({ where: e => e.kind === 'view', over: '7d' }),
    today: events.count({ over: calendar('day', 'Europe/Berlin') }),
    share: ratio(events.count({ where: e => e.kind === 'buy', over: '1d' }), events.count({ over: '1d' })),
  },
})
  .derive({
    per_view: f => (f.views === 0 ? 0 : f.revenue / f.views),
    is_new: compute(f => f.views < 3),
  })
  .derive({ is_big: f => (f.per_view ?? 0) > 10 });

export const itemPrices = features('item_prices', {
  entity: item,
  features: {
    price: items.latest(row => row.price),
    seller: items.latest(row => row.seller_id),
    raises: changesOf(items).count({ over: '30d' }),
  },
});

export const risk = vector('risk', {
  request: { user_id: int(), item_id: int(), offer: decimal(10, 2) },
  take: v => {
    const what = v.get(itemPrices, { item_id: v.request.item_id });
    const seller = v.get(spend, { user_id: what.seller });
    return {
      ...v.get(spend, { user_id: v.request.user_id }),
      price: what.price.or(1),
      seller_revenue: seller.revenue,
    };
  },
}).derive({ discount: f => f.offer / f.price });
`;
