import * as flights from '../../../features/flights.ts';
import * as shop from '../../../features/shop.ts';
import { serving } from '../../../generated/serving.ts';
import { program as sql } from '../../../generated/sql/index.ts';
import { accessorPlanOf } from '../../../runtime/client/index.ts';
import type { AccessorPlan, ReadAnswer, Transport } from '../../../runtime/client/index.ts';
import type { FrontierEntry } from '../../../runtime/engine/record.ts';
import { trainingSet } from '../../../runtime/history/index.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import type { ServingPlan } from '../../../runtime/serve/plan.ts';
import type { Oracle } from '../../../testing/index.ts';
import { differingFeatures } from '../../support/three-ways/compare.ts';
import type { Values } from '../../support/three-ways/read.ts';
import { airportOf, categoryOf, drawn, sessionOf } from './steady-feed.ts';

/** What the feed of steady-feed.ts makes features of. */
export const sampled = [
  ...[flights.airportDepartures, flights.routeDepartures, flights.delayRisk],
  ...[shop.sessionOwner, shop.sessionEngagement, shop.userBehavior, shop.userActivity, shop.userPurchases],
  ...[shop.itemPopularity, shop.purchasePropensity],
] as const;

/** One key of one group or vector. */
export interface SampledRead {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly keys: Readonly<Record<string, string | number>>;
}

/** Some keys of everything, one of them never seen. */
export function sampledReads(): SampledRead[] {
  const users = [1, 7, 100, drawn.users, -1];
  const items = [1, 8, drawn.items].map(item_id => ({ item_id, category: categoryOf(item_id)! }));
  const airports = [...[0, 5, 11].map(airportOf), 'nowhere'];
  const sessions = users.map(user_id => ({ session_id: sessionOf(user_id, 1), user_id }));
  const routes = airports.map(origin => ({ origin, destination: airportOf(3) }));
  const keysOf: Readonly<Record<string, readonly SampledRead['keys'][]>> = {
    airport_departures: airports.map(airport => ({ airport })),
    route_departures: routes,
    delay_risk: routes.map(route => ({ ...route, distance: 700 })),
    session_owner: sessions.map(({ session_id }) => ({ session_id })),
    session_engagement: sessions,
    purchase_propensity: sessions.map(({ session_id }) => ({ session_id })),
    item_popularity: items,
  };
  return sampled.flatMap(({ kind, name }) =>
    (keysOf[name] ?? users.map(user_id => ({ user_id }))).map(keys => {
      return { kind: kind === 'vector' ? 'vector' : 'group', name, keys } as const;
    }),
  );
}

export type AccessorPlans = ReadonlyMap<string, AccessorPlan>;

/** What is served, as a client knows it, by name. */
export function accessorPlansOf({ served }: ServingPlan): AccessorPlans {
  return new Map(served.map(each => [each.name, accessorPlanOf(each)]));
}

const ours = accessorPlansOf(serving);

/** @param at µs; absent: now */
export function readSample(
  transport: Transport,
  { kind, name, keys }: SampledRead,
  at?: number,
  plans: AccessorPlans = ours,
): Promise<ReadAnswer> {
  const request = { kind, name, keys: [keys], ...(at === undefined ? {} : { at }) };
  return transport.read(request, plans.get(name)!);
}

/** Every sampled read at one instant, at one frontier. @throws where the frontier moves meanwhile */
export async function readSamples(
  transport: Transport,
  at: number,
): Promise<{ readonly values: readonly Values[]; readonly frontier: readonly FrontierEntry[] }> {
  const answers: ReadAnswer[] = [];
  for (const read of sampledReads()) answers.push(await readSample(transport, read, at));
  const frontiers = new Set(answers.map(({ frontier }) => JSON.stringify(frontier)));
  if (frontiers.size !== 1) throw new Error(`the frontier has moved: ${[...frontiers].join(' ')}`);
  return { values: answers.map(({ values }) => values[0] as Values), frontier: answers[0]!.frontier };
}

/** What the oracle says, in the order of `sampledReads`. */
export function byOracle(oracle: Oracle, at: number): Values[] {
  return sampledReads().map(({ name, keys }) => {
    const declared = sampled.find(each => each.name === name)!;
    return (
      declared.kind === 'vector'
        ? oracle.readVector(declared, keys, at)
        : oracle.readGroup(declared, keys, at)
    ) as Values;
  });
}

/** What SQL says over the history, for one who knows just this frontier. */
export async function bySql(
  db: AnyDatabase,
  frontier: readonly FrontierEntry[],
  at: number,
): Promise<Values[]> {
  const values: Values[] = [];
  const reads = sampledReads();
  for (const { kind, name } of sampled) {
    const spine = reads.filter(read => read.name === name).map(({ keys }) => ({ t: at, request: keys }));
    const read = kind === 'vector' ? { vector: name } : { group: name };
    const known = { kind: 'frontier', positions: frontier } as const;
    values.push(...((await trainingSet(db, sql, { read, spine, known, labels: false })) as Values[]));
  }
  return values;
}

/** Features that two sides tell differently, in words. */
export function differencesIn(expected: readonly Values[], actual: readonly Values[]): string[] {
  return sampledReads().flatMap(({ name, keys }, i) =>
    differingFeatures(expected[i]!, actual[i]!).map(
      feature =>
        `${name} ${JSON.stringify(keys)} ${feature}: ${String(expected[i]![feature])}, but ${String(actual[i]![feature])}`,
    ),
  );
}
