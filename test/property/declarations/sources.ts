import fc from 'fast-check';
import type { Random } from '../../support/random.ts';
import type { FeatureSource } from './aggregates.ts';
import { changeTerms, randomColumns, rowTerms } from './columns.ts';
import type { Column } from './columns.ts';
import { expressionsOver } from './lambdas.ts';
import type { Scope } from './terms.ts';

/** Sources as they are declared, and as features name them. */
export interface Sources {
  readonly code: string;
  /** For each entity, by its variable, what its features may be made of. */
  readonly byEntity: ReadonlyMap<string, readonly FeatureSource[]>;
}

const USER: Column = { name: 'user_id', code: 'int()', kind: 'int', nullable: false };
const SHOP: Column = { name: 'shop', code: 'z.string()', kind: 'text', nullable: false };
const EVENT_TIME: Column = { name: 'event_time', code: 'timestamp()', kind: 'timestamp', nullable: false };

/**
 * Two streams, a table with time, one without, and the changes of a table; four entities over them: by a column,
 * by several, by lambdas, by a table's own key.
 */
export function randomSources(random: Random): Sources {
  const clicks = [USER, SHOP, eventId(random), EVENT_TIME, ...randomColumns(random)];
  const views = [
    { name: 'viewer', code: 'int().nullable()', kind: 'int', nullable: true } as const,
    EVENT_TIME,
    ...randomColumns(random),
  ];
  const items = [
    { name: 'item_id', code: 'bigint()', kind: 'bigint', nullable: false } as const,
    { ...USER, code: 'int().nullable()', nullable: true },
    ...randomColumns(random),
  ];
  const shops = [
    SHOP,
    { name: 'country', code: 'z.string()', kind: 'text', nullable: false } as const,
    ...randomColumns(random),
  ];
  const timed = random.chance(0.7);
  const code = [
    `export const clicks = stream('clicks', { schema: ${schema(clicks)}, eventTime: 'event_time', ${streamOptions(random, 'event_id')} });`,
    predicate('isHot', 'clicks', rowScope(clicks), random),
    `const above = (limit: number) => (e: Row<typeof clicks>) => e.x > limit;`,
    `export const views = stream('views', { schema: ${schema(views)}, eventTime: 'event_time', ${streamOptions(random, null)} });`,
    `export const items = table('items', { schema: ${schema(items)}, primaryKey: 'item_id', unique: [['user_id']]${timed ? ", time: 'at'" : ''} });`,
    `export const shops = table('shops', { schema: ${schema(shops)}, primaryKey: ['shop', 'country'], time: 'at_or_null' });`,
    `const itemChanges = changesOf(items);`,
    `const byViewer = views.on({ user_id: e => e.viewer });`,
    `const byShop = clicks.on({ shop: e => textSlice(e.shop, 0, 1), kind: e => e.kind_or_null });`,
  ].join('\n');
  const ofClicks: FeatureSource = {
    code: 'clicks',
    scope: { ...rowScope(clicks), predicates: ['isHot(e)', 'above(1)(e)'] },
    timed: true,
  };
  const ofShop: FeatureSource = {
    ...ofClicks,
    code: 'byShop',
    scope: { ...ofClicks.scope, predicates: ['isHot(e)'] },
  };
  const ofItems: FeatureSource = { code: 'items', scope: rowScope(items), timed, findsRow: true };
  const ofChanges: FeatureSource = {
    code: 'itemChanges',
    scope: { parameters: 'c', terms: changeTerms(items), predicates: [], looseNull: true },
    timed: true,
  };
  return {
    code,
    byEntity: new Map([
      ['user', [ofClicks, ofClicks, { code: 'byViewer', scope: rowScope(views), timed: true }]],
      ['shopKind', [ofShop]],
      ['owner', [ofItems, ofItems, ofChanges]],
      ['item', [ofChanges, ofChanges, ofItems]],
      ['shop', [{ code: 'shops', scope: rowScope(shops), timed: true }]],
    ]),
  };
}

/** The entities: what `user` is among clicks, `owner` is among items. */
export const ENTITIES = `
export const user = entity('user', { user_id: int() });
export const shopKind = entity('shop_kind', { shop: z.string(), kind: z.string() });
export const owner = entity('owner', { user_id: int() });
export const item = entity('item', { item_id: bigint() });
export const shop = entity('shop', { country: z.string() });`;

function rowScope(columns: readonly Column[]): Scope {
  return { parameters: 'e', terms: rowTerms(columns, 'e'), predicates: [], looseNull: false };
}

function schema(columns: readonly Column[]): string {
  return `z.object({ ${columns.map(({ name, code }) => `${name}: ${code}`).join(', ')} })`;
}

function eventId(random: Random): Column {
  const [code, kind] = random.pick([
    ['int()', 'int'],
    ['uuid()', 'uuid'],
    ['z.string()', 'text'],
    ['bigint()', 'bigint'],
  ] as const);
  return {
    name: 'event_id',
    ...(random.chance(0.3) ? { code: `${code}.nullable()`, nullable: true } : { code, nullable: false }),
    kind,
  };
}

function streamOptions(random: Random, id: string | null): string {
  const options: string[] = [];
  if (id !== null) options.push(`id: '${id}'`, ...random.pick([[], ["horizon: '1s'"], ["horizon: '2h'"]]));
  options.push(
    ...random.pick([[], ["lateness: '1h'"], ["lateness: '5m'"]]),
    ...random.pick([[], ["earliness: '1s'"]]),
  );
  return options.join(', ');
}

/** A helper that lambdas call. */
function predicate(name: string, source: string, scope: Scope, random: Random): string {
  const [code] = fc.sample(expressionsOver(scope).boolean, { seed: random.word() | 0, numRuns: 1 });
  return `const ${name} = (e: Row<typeof ${source}>) => ${code};`;
}

/** The same with a helper that TypeScript finds sense in, where it found none in the one drawn. */
export function withPlainPredicate(sources: Sources): Sources {
  return {
    ...sources,
    code: sources.code.replace(/^const isHot = .*$/m, 'const isHot = (e: Row<typeof clicks>) => e.flag;'),
  };
}
