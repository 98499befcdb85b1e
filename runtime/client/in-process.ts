import type { FrontierEntry } from '../engine/record.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { meaningsOf } from './plan.ts';
import type { InnerValue, ReadAnswer, ReadRequest, Transport } from './transport.ts';

type Values = Readonly<Record<string, InnerValue>>;

/** What answers in-process: an engine. */
export interface FeatureReader {
  readGroup(group: string, keys: Values, t: number): Values;
  readVector(vector: string, request: Values, t: number): Values;
  frontier(): readonly FrontierEntry[];
}

/**
 * Answers in this process, without a wire: for the service itself, for tests, for a model beside its features.
 * @param now the clock, in µs: the instant of a read that asks for none
 * @param plan of what the reader was generated as: it tells clients that were generated as something else
 */
export function inProcess(reader: FeatureReader, now: () => number, plan?: ServingPlan): Transport {
  const told = new Map(
    plan?.served.map(served => [
      `${served.kind} ${served.name}`,
      { fingerprint: served.fingerprint, meanings: meaningsOf(served) },
    ]),
  );
  const answer = (request: ReadRequest): ReadAnswer => {
    const at = request.at ?? now();
    const read = request.kind === 'group' ? reader.readGroup.bind(reader) : reader.readVector.bind(reader);
    return {
      at,
      frontier: reader.frontier(),
      values: request.keys.map(keys => read(request.name, withoutUndefined(keys), at)),
      ...told.get(`${request.kind} ${request.name}`),
    };
  };
  // A promise even of an error: every transport fails in the same way.
  return { read: async request => answer(request) };
}

function withoutUndefined(keys: Readonly<Record<string, InnerValue | undefined>>): Values {
  return Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, value ?? null]));
}
