import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { DeclaredFeature } from './aggregates.ts';
import { inputsOver } from './inputs.ts';
import type { Scope, Term } from './terms.ts';

/** A derived feature over these features (of a vector: with the request's inputs), and the instant. */
export function derived(features: ReadonlyMap<string, DeclaredFeature>): Arbitrary<DeclaredFeature> {
  const terms = [...features].flatMap(([name, { kind, nullable, values }]): Term[] =>
    kind === 'list'
      ? []
      : [{ code: `f.${name}`, kind, nullable, ...(values === undefined ? {} : { values }) }],
  );
  const scope: Scope = {
    parameters: '(f, t)',
    terms: [...terms, { code: 't', kind: 'timestamp', nullable: false }],
    predicates: [],
    looseNull: false,
  };
  const inputs = inputsOver(withNumbers(scope));
  const number = fc.tuple(inputs.number, fc.boolean()).map(([{ code }, withDefault]): DeclaredFeature => ({
    code: withDefault ? `{ value: ${code}, default: 0 }` : code,
    kind: 'double',
    nullable: !withDefault,
  }));
  const compute = fc.constantFrom(...numeric(scope)).map((code): DeclaredFeature => ({
    code: `compute(f => Math.cbrt((${code} ?? 0) * 3) + Math.sin(${code} ?? 1))`,
    kind: 'double',
    nullable: true,
  }));
  return fc.oneof(
    { arbitrary: number, weight: 5 },
    {
      arbitrary: inputs.boolean.map(({ code }): DeclaredFeature => ({
        code,
        kind: 'boolean',
        nullable: true,
      })),
      weight: 2,
    },
    {
      arbitrary: inputs.text.map(({ code }): DeclaredFeature => ({ code, kind: 'text', nullable: true })),
      weight: 2,
    },
    {
      arbitrary: inputs.instant.map(({ code }): DeclaredFeature => ({
        code,
        kind: 'timestamp',
        nullable: true,
      })),
      weight: 1,
    },
    { arbitrary: compute, weight: 1 },
  );
}

function numeric({ terms }: Scope): string[] {
  const found = terms
    .filter(({ kind }) => kind === 'int' || kind === 'double' || kind === 'decimal')
    .map(({ code }) => code);
  return found.length === 0 ? ['null'] : found;
}

/** Every kind that inputs choose from must have a term. */
function withNumbers(scope: Scope): Scope {
  const constants: Term[] = [
    { code: 'LIMIT', kind: 'double', nullable: false },
    { code: 'IS_ON', kind: 'boolean', nullable: false },
    { code: 'LABEL', kind: 'text', nullable: false },
  ];
  return { ...scope, terms: [...scope.terms, ...constants] };
}
