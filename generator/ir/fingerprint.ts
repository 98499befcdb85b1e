// What things mean, in 16 digits: what is saved, served or learned under one meaning is not taken for another.
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import { aggregateMeaning, derivedMeaning, outputMeaning } from './meaning.ts';
import type { ReadFeature } from './meaning.ts';
import type { DerivedPlan, GroupPlan, Program, VectorPlan } from './plan.ts';
import { featuresIn } from './visit.ts';

/** What says nothing about the meaning of a value, or the shape of the state. */
const SILENT = new Set(['doc', 'owner', 'tags', 'status', 'origin']);

/**
 * Of all that the state is made of: state saved under one is not restored under another. Labels are no part of it, but
 * a source that only they read is: it has its place in the log.
 */
export function programFingerprint({ sources, groups, zones }: Program): string {
  const meaning: unknown = JSON.parse(canonicalJson({ sources, groups, zones }), (key, value: unknown) =>
    SILENT.has(key) ? undefined : value,
  );
  return digest(meaning);
}

/** Of what a reader of the group is given: its features by name, each with its meaning. */
export function groupFingerprint(program: Program, group: GroupPlan): string {
  return digest({ keys: group.keys, features: fingerprintsOf(program, group) });
}

/** Of what a reader of the vector is given. Labels have no part in it. */
export function vectorFingerprint(program: Program, vector: VectorPlan): string {
  const request = vector.request.map(({ name, type, nullable }) => ({ name, type, nullable }));
  return digest({ request, features: fingerprintsOf(program, vector) });
}

/**
 * Of a feature of a group (of labels, too) or vector, without its name, its comments, or where it stands: two
 * features of equal meaning have equal fingerprints, and a change of any window, filter, default, type or column
 * shows, also of what it is derived from.
 */
export function featureFingerprint(program: Program, plan: GroupPlan | VectorPlan, name: string): string {
  const known = fingerprintCache(program);
  const id = `${plan.name}.${name}`;
  let fingerprint = known.get(id);
  if (fingerprint === undefined) known.set(id, (fingerprint = digest(meaningOf(program, plan, name))));
  return fingerprint;
}

/** The features that a derived one sees. */
export function derivedInputs({ body }: DerivedPlan): readonly string[] {
  return body.kind === 'expression' ? featuresIn(body.expr) : body.reads;
}

function fingerprintsOf(program: Program, plan: GroupPlan | VectorPlan): (readonly [string, string])[] {
  return plan.features.map(name => [name, featureFingerprint(program, plan, name)]);
}

function meaningOf(program: Program, plan: GroupPlan | VectorPlan, name: string): object {
  const read: ReadFeature = used => featureFingerprint(program, plan, used);
  const derived = plan.derived.find(each => each.name === name);
  if (derived) return derivedMeaning(derived, read);
  if ('aggregates' in plan)
    return aggregateMeaning(
      program,
      plan,
      plan.aggregates.find(each => each.name === name)!,
    );
  const output = plan.outputs.find(each => each.name === name);
  // What is no output is a request's input that a derived feature reads.
  if (output === undefined)
    return { request: name, type: plan.request.find(each => each.name === name)?.type };
  return outputMeaning(plan, output, used => {
    const group = program.groups.find(each => each.name === used)!;
    return feature => featureFingerprint(program, group, feature);
  });
}

/** Many features are read by many: each is digested once a program. */
const caches = new WeakMap<Program, Map<string, string>>();

function fingerprintCache(program: Program): Map<string, string> {
  let cache = caches.get(program);
  if (cache === undefined) caches.set(program, (cache = new Map()));
  return cache;
}

function digest(meaning: unknown): string {
  return createHash('sha256').update(canonicalJson(meaning)).digest('hex').slice(0, 16);
}
