import { derivedInputs, featureFingerprint } from '../ir/fingerprint.ts';
import type { GroupPlan, Program, VectorPlan } from '../ir/index.ts';
import { aggregateWords, derivedWords, outputWords } from './words.ts';
import type { Words } from './words.ts';

/** What a feature means today. */
export interface Meaning {
  readonly fingerprint: string;
  /** The same in words, by what they say something about: `window` → `7d`. */
  readonly words: Words;
  /** The features whose meaning is part of it: `user_behavior.revenue_7d`, sorted. */
  readonly uses: readonly string[];
}

/** Every feature of groups, labels and vectors by `group.feature`. */
export function meaningsOf(program: Program): ReadonlyMap<string, Meaning> {
  const meanings = new Map<string, Meaning>();
  for (const plan of [...program.groups, ...program.labels, ...program.vectors]) {
    for (const name of plan.features) {
      const fingerprint = featureFingerprint(program, plan, name);
      const told = 'aggregates' in plan ? inGroup(program, plan, name) : inVector(plan, name);
      meanings.set(`${plan.name}.${name}`, { fingerprint, ...told, uses: [...new Set(told.uses)].sort() });
    }
  }
  return meanings;
}

type Told = Pick<Meaning, 'words' | 'uses'>;

function inGroup(program: Program, group: GroupPlan, name: string): Told {
  const aggregate = group.aggregates.find(each => each.name === name);
  if (aggregate) return { words: aggregateWords(program, group, aggregate), uses: [] };
  const derived = group.derived.find(each => each.name === name)!;
  const inputs = derivedInputs(derived);
  const operands = group.aggregates
    .filter(({ name: operand, hidden }) => hidden && inputs.includes(operand))
    .map(
      (operand, i) =>
        [i === 0 ? 'numerator' : 'denominator', aggregateWords(program, group, operand)] as const,
    );
  const uses = inputs.filter(input => group.features.includes(input)).map(input => `${group.name}.${input}`);
  return { words: derivedWords(derived, operands), uses };
}

function inVector(vector: VectorPlan, name: string): Told {
  const derived = vector.derived.find(each => each.name === name);
  if (derived) {
    const inputs = derivedInputs(derived).filter(input => vector.features.includes(input));
    return { words: derivedWords(derived), uses: inputs.map(input => `${vector.name}.${input}`) };
  }
  const output = vector.outputs.find(each => each.name === name)!;
  return { words: outputWords(vector, output), uses: featuresOnTheWay(vector, output.from) };
}

/** The feature itself, and those that its keys are found by. */
function featuresOnTheWay(vector: VectorPlan, from: VectorPlan['outputs'][number]['from']): string[] {
  if (from.kind === 'request') return [];
  const { group, keys } = vector.lookups[from.lookup]!;
  return [`${group}.${from.feature}`, ...keys.flatMap(key => featuresOnTheWay(vector, key))];
}
