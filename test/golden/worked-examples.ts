import { fileURLToPath } from 'node:url';
import { FeatureGroup, FeatureVector } from 'skewless';
import * as churn from '../../features/churn.ts';
import * as flights from '../../features/flights.ts';
import * as fraud from '../../features/fraud.ts';
import * as orders from '../../features/orders.ts';
import * as pricing from '../../features/pricing.ts';
import * as shop from '../../features/shop.ts';
import { program as sql } from '../../generated/sql/index.ts';
import { program as stream } from '../../generated/stream/index.ts';
import { generate } from '../../generator/index.ts';
import type { Declaration } from '../../testing/index.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';

/** The worked examples as they are committed: declared in features/, generated in generated/. */
export async function workedExamples(): Promise<ThreeWayProgram> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { program: plan } = await generate({ root, features: 'features' });
  if (plan === null) throw new Error('features/ does not generate');
  const exported = [churn, flights, fraud, orders, pricing, shop].flatMap(module => Object.values<unknown>(module));
  const declarations = exported.filter((value): value is Declaration => value instanceof FeatureGroup || value instanceof FeatureVector);
  return { declarations: [...new Set(declarations)], plan, stream, sql };
}
