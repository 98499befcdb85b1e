import { afterAll, beforeAll, expect, test } from 'vitest';
import { withAccepted, withNew } from '../../generator/lock/accept.ts';
import { compareMeanings, isAccepted } from '../../generator/lock/compare.ts';
import { EMPTY_LOCK } from '../../generator/lock/lock-file.ts';
import type { Lock } from '../../generator/lock/lock-file.ts';
import type { Meaning } from '../../generator/lock/meanings.ts';
import { reportOf } from '../../generator/lock/report.ts';
import { LockProject, SHOP } from './support.ts';

const project = new LockProject();
let lock: Lock;
let first: ReadonlyMap<string, Meaning>;

beforeAll(async () => {
  ({ meanings: first } = await project.generate(SHOP));
  lock = withNew(EMPTY_LOCK, first);
});
afterAll(() => project.remove());

/** The declarations with pieces replaced, each found exactly once where it is not told to stand everywhere. */
async function edited(
  ...edits: readonly (readonly [RegExp | string, string])[]
): Promise<ReadonlyMap<string, Meaning>> {
  let text = SHOP;
  for (const [from, to] of edits) {
    const next = text.replace(from, to);
    expect(next, String(from)).not.toBe(text);
    text = next;
  }
  return (await project.generate(text)).meanings;
}

const REVENUE = "{ where: e => e.kind === 'buy', over: '7d', default: 0 }";
const FROM_REVENUE = [
  'risk.is_big',
  'risk.per_view',
  'risk.revenue',
  'risk.seller_revenue',
  'spend.is_big',
  'spend.per_view',
];

test.each<[string, [RegExp | string, string], Record<string, readonly string[]>]>([
  ['a window', [REVENUE, REVENUE.replace('7d', '14d')], { 'spend.revenue: window 7d → 14d': FROM_REVENUE }],
  [
    'a filter',
    [REVENUE, REVENUE.replace("e.kind === 'buy'", "e.kind !== 'view'")],
    { 'spend.revenue: where (kind:enum === "buy") → (kind:enum !== "view")': FROM_REVENUE },
  ],
  [
    'a default of a feature',
    ["over: '7d', default: 0", "over: '7d', default: 1"],
    { 'spend.revenue: default 0 → 1': FROM_REVENUE },
  ],
  [
    'an aggregate, and the type with it',
    ['raises: changesOf(items).count(', 'raises: changesOf(items).timeSince('],
    { 'item_prices.raises: aggregate count → timeSince, unit 1s; type int → double': [] },
  ],
  [
    'bounds',
    [
      "views: events.count({ where: e => e.kind === 'view', over: '7d' })",
      "views: events.count({ where: e => e.kind === 'view', over: '7d', bounds: '[]' })",
    ],
    {
      'spend.views: window 7d → 7d, bounds []': [
        'risk.is_big',
        'risk.is_new',
        'risk.per_view',
        'risk.views',
        'spend.is_big',
        'spend.is_new',
        'spend.per_view',
      ],
    },
  ],
  [
    'a zone',
    ["calendar('day', 'Europe/Berlin')", "calendar('day', 'Europe/Vienna')"],
    { 'spend.today: window day in Europe/Berlin → day in Europe/Vienna': ['risk.today'] },
  ],
  [
    'an operand of a ratio',
    ["events.count({ over: '1d' })", "events.count({ over: '2d' })"],
    { "spend.share: denominator's window 1d → 2d": ['risk.share'] },
  ],
  [
    'a derived expression',
    ['f.revenue / f.views', '2 * (f.revenue / f.views)'],
    {
      'spend.per_view: derived ((f.views:int === 0) ? 0 : (f.revenue:double / f.views:int)):double → ((f.views:int === 0) ? 0 : (2 * (f.revenue:double / f.views:int))):double':
        ['risk.is_big', 'risk.per_view', 'spend.is_big'],
    },
  ],
  [
    'the code of a compute',
    ['compute(f => f.views < 3)', 'compute(f => f.views < 4)'],
    { 'spend.is_new: derived compute f => f.views < 3 → compute f => f.views < 4': ['risk.is_new'] },
  ],
  [
    'a default of a vector',
    ['what.price.or(1)', 'what.price.or(2)'],
    { 'risk.price: default 1 → 2': ['risk.discount'] },
  ],
  [
    'the keys of a lookup',
    ['v.get(spend, { user_id: what.seller })', 'v.get(spend, { user_id: v.request.user_id })'],
    {
      'risk.seller_revenue: from spend.revenue by item_prices.seller by request.item_id → spend.revenue by request.user_id':
        [],
    },
  ],
])('%s is told, with all that depends on it', async (_what, edit, expected) => {
  const comparison = compareMeanings(lock, await edited(edit));
  expect(Object.fromEntries(reportOf(comparison).map(({ text, dependants }) => [text, dependants]))).toEqual(
    expected,
  );
});

test.each<[string, [RegExp | string, string], string, readonly string[]]>([
  [
    'lateness',
    ["lateness: '5m'", "lateness: '6m'"],
    'lateness 5m → 6m',
    ['revenue', 'share', 'today', 'views'],
  ],
  [
    'the horizon',
    ["horizon: '10m'", "horizon: '1h'"],
    'id event_id within 10m → event_id within 1h',
    ['revenue', 'share', 'today', 'views'],
  ],
  [
    'the type of a column that a filter reads',
    ["z.enum(['view', 'buy'])", "z.enum(['view', 'buy', 'sell'])"],
    'kind enum(view, buy, sell)',
    ['revenue', 'share', 'views'],
  ],
  [
    'the type of a column that is summed',
    ['amount: decimal(10, 2)', 'amount: decimal(10, 3)'],
    'amount decimal(10, 3)',
    ['revenue'],
  ],
])('%s is told of the features that it says something about', async (_what, edit, words, names) => {
  const comparison = compareMeanings(lock, await edited(edit));
  const told = comparison.changed.filter(change => change.words.length > 0);
  expect(told.map(({ id }) => id)).toEqual(names.map(name => `spend.${name}`));
  for (const { words: own } of told) expect(own.join('; ')).toContain(words);
});

test('comments, order, owners, tags, locals, unread columns and topics are no meaning', async () => {
  const meanings = await edited(
    ['/** What they bought. */', '/** Revenue, of seven days. */\n\n\n'],
    ['  entity: user,\n  features: {', "  entity: user,\n  owner: 'growth',\n  tags: ['x'],\n  features: {"],
    [/ {4}views: .*\n/, ''],
    [
      '    share: ratio',
      "    views: events.count({ where: row => row.kind === 'view', over: '168h' }),\n    share: ratio",
    ],
    ['per_view: f => (f.views === 0', '/** Of each view. */ per_view: g => (g.views === 0'],
    ['f.revenue / f.views', 'g.revenue / g.views'],
    ['compute(f => f.views < 3)', 'compute(\n      // Three.\n      f => f.views < 3,\n    )'],
    ['    note: z.string().nullable(),\n', '    device: z.string(),\n'],
    ["  lateness: '5m',", "  lateness: '300s',\n  kafka: { topic: 'events-2' },"],
  );
  expect(compareMeanings(lock, meanings)).toEqual({
    added: [],
    changed: [],
    removed: [],
    removedWhole: [],
    renamed: [],
  });
  expect(withNew(lock, meanings)).toEqual(lock);
});

test('another name of a feature is a rename, there and wherever it is used', async () => {
  const meanings = await edited(
    [/\brevenue: events/, 'bought: events'],
    ['f.revenue /', 'f.bought /'],
    ['seller.revenue', 'seller.bought'],
  );
  const comparison = compareMeanings(lock, meanings);
  expect(reportOf(comparison).map(({ text }) => text)).toEqual([
    'risk.revenue is called risk.bought now, and means the same',
    'spend.revenue is called spend.bought now, and means the same',
  ]);
  const accepted = withAccepted(lock, meanings, null);
  expect(isAccepted(compareMeanings(accepted, meanings))).toBe(true);
  expect(accepted.features.get('spend.bought')).toMatchObject({ version: 1 });
  expect(accepted.features.get('spend.per_view')).toMatchObject({
    version: 1,
    uses: ['spend.bought', 'spend.views'],
  });
  expect([...accepted.retired.keys()]).toEqual(['risk.revenue', 'spend.revenue']);
});
