import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { expressionsOver } from './lambdas.ts';
import type { Expressions } from './lambdas.ts';
import { isNumber } from './terms.ts';
import type { Kind, Scope, Term } from './terms.ts';

/** An input lambda and the kind of what it yields. */
export interface Input {
  readonly code: string;
  readonly kind: Kind;
  /** Of an enum: what a default may be. */
  readonly values?: readonly string[];
}

export interface Inputs {
  readonly number: Arbitrary<Input>;
  readonly boolean: Arbitrary<Input>;
  readonly text: Arbitrary<Input>;
  readonly instant: Arbitrary<Input>;
  /** Columns alone, of any kind. */
  readonly column: Arbitrary<Input>;
  /** A predicate for `where`. */
  readonly where: Arbitrary<string>;
}

/** Lambdas over a row: bare columns, which keep their type, choices among them, and whatever can be computed. */
export function inputsOver(scope: Scope): Inputs {
  const expressions = expressionsOver(scope);
  const { parameters } = scope;
  const lambda = (body: string): string => `${parameters} => ${body}`;
  const computed = (kind: Kind, expression: Arbitrary<string>): Arbitrary<Input> =>
    bodies(expression, expressions).map(body => ({ code: lambda(body), kind }));
  const columns = (test: (term: Term) => boolean): Arbitrary<Input>[] =>
    scope.terms
      .filter(test)
      .map(({ code, kind, values }) =>
        fc.constant({ code: lambda(code), kind, ...(values === undefined ? {} : { values }) }),
      );
  const ofKind = (kinds: readonly Kind[]): Arbitrary<Input>[] => columns(({ kind }) => kinds.includes(kind));
  return {
    number: fc.oneof(
      { arbitrary: fc.oneof(...ofKind(['int', 'decimal', 'double'])), weight: 3 },
      {
        arbitrary: chosen(scope, expressions).map(code => ({ code: lambda(code), kind: 'double' as const })),
        weight: 3,
      },
      { arbitrary: computed('double', expressions.number), weight: 4 },
    ),
    boolean: fc.oneof(...ofKind(['boolean']), computed('boolean', expressions.boolean)),
    text: fc.oneof(
      { arbitrary: fc.oneof(...ofKind(['text', 'enum', 'uuid'])), weight: 2 },
      { arbitrary: computed('text', expressions.text), weight: 2 },
    ),
    instant: fc.oneof(...ofKind(['timestamp']), computed('timestamp', expressions.instant)),
    column: fc.oneof(...columns(() => true)),
    where: bodies(expressions.boolean, expressions, false).map(lambda),
  };
}

/** Numbers that may stay exact: choices among columns and literals (semantics §10.2). */
function chosen(scope: Scope, { boolean }: Expressions): Arbitrary<string> {
  const terms = scope.terms.filter(isNumber);
  const nullable = terms.filter(term => term.nullable).map(({ code }) => code);
  const leaf = fc.oneof(
    { arbitrary: fc.constantFrom(...terms.map(({ code }) => code)), weight: 3 },
    { arbitrary: fc.constantFrom('0', '1', '0.5', '(-2)', '1000000', 'null'), weight: 1 },
  );
  return fc.oneof(
    fc.tuple(boolean, leaf, leaf).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ...(nullable.length === 0
      ? []
      : [fc.tuple(fc.constantFrom(...nullable), leaf).map(([x, y]) => `(${x} ?? ${y})`)]),
    ...(nullable.length === terms.length
      ? []
      : [fc.constantFrom(...terms.filter(term => !term.nullable).map(({ code }) => `-${code}`))]),
  );
}

/** An expression as a body, or in a block with consts and early returns; perhaps null in some case. */
function bodies(
  expression: Arbitrary<string>,
  { number, boolean }: Expressions,
  nullable = true,
): Arbitrary<string> {
  const early = fc
    .tuple(boolean, expression, expression)
    .map(([c, a, b]) => `{ if (${c}) return ${a}; return ${b}; }`);
  const consts = fc
    .tuple(number, expression, expression, fc.constantFrom('>', '<=', '!=='))
    .map(
      ([x, a, b, op]) =>
        `{ const x = ${x}; const y = x + 1; if (y ${op} 2 && x === x) { return ${a}; } else { return ${b}; } }`,
    );
  const orNull = fc.tuple(boolean, expression).map(([c, a]) => `(${c} ? ${a} : null)`);
  return fc.oneof(
    { arbitrary: expression, weight: 5 },
    { arbitrary: early, weight: 1 },
    { arbitrary: consts, weight: 1 },
    ...(nullable ? [{ arbitrary: orNull, weight: 2 }] : []),
  );
}
