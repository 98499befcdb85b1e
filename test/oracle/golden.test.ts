import { describe, expect, test } from 'vitest';
import * as churn from '../../features/churn.ts';
import * as flights from '../../features/flights.ts';
import * as fraud from '../../features/fraud.ts';
import * as orders from '../../features/orders.ts';
import * as pricing from '../../features/pricing.ts';
import * as shop from '../../features/shop.ts';
import { FeatureGroup, FeatureVector } from 'skewless';
import { Oracle } from '../../testing/index.ts';
import type { Declaration } from '../../testing/index.ts';
import { goldenCases } from '../support/golden.ts';

const modules = [shop, flights, fraud, orders, churn, pricing];
const declarations = new Map<string, Declaration>();
for (const declared of modules.flatMap(module => Object.values<unknown>(module))) {
  if (declared instanceof FeatureGroup || declared instanceof FeatureVector)
    declarations.set(declared.name, declared);
}

describe.each(goldenCases())('$name', ({ records, reads }) => {
  const oracle = new Oracle(records, [...declarations.values()]);

  test.each(reads)('line $line: $read of $keys', ({ read, keys, t, knownAt, before, expected }) => {
    const declaration = declarations.get(read)!;
    const options = { before, known: { knownAt } };
    const values =
      declaration.kind === 'vector'
        ? oracle.readVector(declaration, keys, t, options)
        : oracle.readGroup(declaration, keys, t, options);
    const spoken = Object.fromEntries(Object.keys(expected).map(name => [name, values[name]]));
    expect(spoken).toStrictEqual(expected);
  });
});
