import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Random } from '../../support/random.ts';
import { aggregates } from './aggregates.ts';
import type { DeclaredFeature } from './aggregates.ts';
import { derived } from './derived.ts';
import { randomSources } from './sources.ts';
import type { Sources } from './sources.ts';

/** A feature that fast-check drew: `arbitrary` with `seed` draws it again, and shrinks it. */
export interface DrawnFeature {
  readonly declared: DeclaredFeature;
  readonly arbitrary: Arbitrary<DeclaredFeature>;
  readonly seed: number;
}

export interface DrawnGroup {
  readonly name: string;
  readonly entity: string;
  readonly lookback: string;
  readonly features: ReadonlyMap<string, DrawnFeature>;
  /** Derived features, layer by layer. */
  readonly layers: readonly ReadonlyMap<string, DrawnFeature>[];
}

export interface DrawnVector {
  readonly name: string;
  /** The request's schema. */
  readonly request: string;
  /** Groups it reads, by variable, with the keys' code; the second is found through the first where there is a way. */
  readonly lookups: readonly { readonly group: string; readonly keys: string }[];
  /** Outputs besides the lookups' features: `name: v.request.amount`. */
  readonly outputs: readonly string[];
  readonly layers: readonly ReadonlyMap<string, DrawnFeature>[];
}

/** Declarations that were drawn at random: to be printed as TypeScript. */
export interface DrawnProgram {
  readonly sources: Sources;
  readonly groups: readonly DrawnGroup[];
  readonly vectors: readonly DrawnVector[];
}

export function draw(arbitrary: Arbitrary<DeclaredFeature>, random: Random): DrawnFeature {
  const seed = random.word() | 0;
  return { declared: fc.sample(arbitrary, { seed, numRuns: 1 })[0]!, arbitrary, seed };
}

/** @param size about how many features the program has */
export function drawProgram(size: number, random: Random): DrawnProgram {
  const sources = randomSources(random);
  const shares: Readonly<Record<string, number>> = {
    user: 0.35,
    shopKind: 0.15,
    owner: 0.25,
    item: 0.1,
    shop: 0.15,
  };
  const groups = [...sources.byEntity].map(([entity, made]): DrawnGroup => {
    const count = Math.max(2, Math.round(size * shares[entity]! * 0.7));
    const arbitrary = aggregates(made);
    const features = named(
      entity,
      Array.from({ length: count }, () => draw(arbitrary, random)),
    );
    if (entity === 'user') features.set('user_last_shop', fixed('clicks.last(e => e.shop)', 'text'));
    if (entity === 'item') features.set('item_owner', fixed('items.latest(e => e.user_id)', 'int'));
    const layers = drawLayers(entity, [features], Math.ceil(count / 5), random);
    return {
      name: `of_${entity.toLowerCase()}`,
      entity,
      lookback: random.pick(['1h', '1h', '10m', '3d']),
      features,
      layers,
    };
  });
  return { sources, groups, vectors: drawVectors(groups, random) };
}

function fixed(code: string, kind: DeclaredFeature['kind'], nullable = true): DrawnFeature {
  const declared: DeclaredFeature = { code, kind, nullable };
  return { declared, arbitrary: fc.constant(declared), seed: 0 };
}

function named(prefix: string, features: readonly DrawnFeature[]): Map<string, DrawnFeature> {
  return new Map(features.map((feature, i) => [`${prefix.toLowerCase()}_${i}`, feature]));
}

type Layer = ReadonlyMap<string, DrawnFeature>;

/** Two layers, each over all before it. */
function drawLayers(prefix: string, before: readonly Layer[], count: number, random: Random): Layer[] {
  const first = drawLayer(`${prefix}_a`, before, count, random);
  return [first, drawLayer(`${prefix}_b`, [...before, first], Math.ceil(count / 2), random)];
}

function drawLayer(prefix: string, before: readonly Layer[], count: number, random: Random): Layer {
  const known = new Map(
    before.flatMap(layer => [...layer].map(([name, { declared }]) => [name, declared] as const)),
  );
  const arbitrary = derived(known);
  return named(
    prefix,
    Array.from({ length: count }, () => draw(arbitrary, random)),
  );
}

function drawVectors(groups: readonly DrawnGroup[], random: Random): DrawnVector[] {
  const features = (entity: string): Layer[] => {
    const group = groups.find(found => found.entity === entity)!;
    return [group.features, ...group.layers];
  };
  const inputs: Layer = new Map([
    ['amount', fixed('', 'decimal', false)],
    ['note', fixed('', 'text')],
  ]);
  return [
    {
      name: 'by_user',
      request: '{ user_id: int(), amount: decimal(10, 2), note: z.string().nullable() }',
      lookups: [
        { group: 'of_user', keys: '{ user_id: v.request.user_id }' },
        { group: 'of_owner', keys: '{ user_id: v.request.user_id }' },
        { group: 'of_shop', keys: '{ country: found.of_user.user_last_shop }' },
      ],
      outputs: [
        'amount_in: v.request.amount',
        'note_in: v.request.note',
        "shop_or_none: found.of_user.user_last_shop.or('none')",
      ],
      layers: drawLayers('v', [inputs, ...features('owner'), ...features('shop')], 4, random),
    },
    {
      name: 'by_item',
      request: '{ item_id: bigint() }',
      lookups: [
        { group: 'of_item', keys: '{ item_id: v.request.item_id }' },
        { group: 'of_owner', keys: '{ user_id: found.of_item.item_owner }' },
      ],
      outputs: ['owner_or_5: found.of_item.item_owner.or(5)'],
      layers: drawLayers('w', features('item'), 2, random),
    },
  ];
}
