import type { Expr } from '../../ir/index.ts';

/**
 * What is known of a number before any row is seen: bounds on its magnitude, and whether it may be NaN or an
 * infinity. Where they prove that PostgreSQL cannot raise, the plain operator is emitted.
 */
export interface NumberFacts {
  /** No value is greater in magnitude; Infinity when unknown, or when an infinity is possible. */
  readonly largest: number;
  /** No value but zero is smaller in magnitude. */
  readonly smallest: number;
  readonly maybeNaN: boolean;
}

/** PostgreSQL raises on overflow and on underflow to zero; these bounds stay well clear of both. */
export const SAFE_LARGEST = 1e300;
export const SAFE_SMALLEST = 1e-290;

const anyFinite: NumberFacts = { largest: Number.MAX_VALUE, smallest: Number.MIN_VALUE, maybeNaN: false };
const anything: NumberFacts = { largest: Infinity, smallest: Number.MIN_VALUE, maybeNaN: true };
const whole: NumberFacts = { largest: 2 ** 53, smallest: 1, maybeNaN: false };

/** Facts of locals by name, for the bodies of `let`. */
export type LocalFacts = ReadonlyMap<string, NumberFacts>;

export function factsOf(expr: Expr, locals: LocalFacts): NumberFacts {
  switch (expr.kind) {
    case 'column':
    case 'feature':
    case 'instant':
      return factsOfType(expr);
    case 'literal':
      if (typeof expr.value !== 'number') return factsOfType(expr);
      return { largest: Math.abs(expr.value), smallest: Math.abs(expr.value) || 1, maybeNaN: false };
    case 'local':
      return locals.get(expr.name) ?? anything;
    case 'let':
      return factsOf(expr.body, new Map(locals).set(expr.name, factsOf(expr.value, locals)));
    case 'conditional':
      return either(factsOf(expr.then, locals), factsOf(expr.otherwise, locals));
    case 'coalesce':
      return either(factsOf(expr.value, locals), factsOf(expr.otherwise, locals));
    case 'negate':
      return factsOf(expr.value, locals);
    case 'arithmetic':
      return arithmeticFacts(expr.operator, factsOf(expr.left, locals), factsOf(expr.right, locals));
    case 'call':
      return callFacts(expr, locals);
    default:
      return anything;
  }
}

function factsOfType(expr: Expr): NumberFacts {
  switch (expr.type.kind) {
    case 'int':
    case 'timestamp':
      return whole;
    case 'decimal':
      return { largest: 1e15, smallest: 10 ** -expr.type.scale, maybeNaN: false };
    case 'double':
      return anyFinite;
    default:
      return anything;
  }
}

function either(a: NumberFacts, b: NumberFacts): NumberFacts {
  return {
    largest: Math.max(a.largest, b.largest),
    smallest: Math.min(a.smallest, b.smallest),
    maybeNaN: a.maybeNaN || b.maybeNaN,
  };
}

function arithmeticFacts(operator: '+' | '-' | '*' | '/' | '%', a: NumberFacts, b: NumberFacts): NumberFacts {
  const maybeNaN = a.maybeNaN || b.maybeNaN || a.largest === Infinity || b.largest === Infinity;
  switch (operator) {
    case '+':
    case '-':
      return { largest: a.largest + b.largest, smallest: Number.MIN_VALUE, maybeNaN };
    case '*':
      return {
        largest: a.largest * b.largest,
        smallest: a.smallest * b.smallest || Number.MIN_VALUE,
        maybeNaN,
      };
    default:
      return anything;
  }
}

function callFacts(expr: Extract<Expr, { kind: 'call' }>, locals: LocalFacts): NumberFacts {
  const [first, second] = expr.args;
  switch (expr.function) {
    case 'abs':
      return factsOf(first!, locals);
    case 'min':
    case 'max':
      return expr.args.map(arg => factsOf(arg, locals)).reduce(either);
    case 'finite':
      return { ...either(anyFinite, factsOf(second!, locals)), maybeNaN: factsOf(second!, locals).maybeNaN };
    case 'floor':
    case 'ceil':
    case 'trunc':
    case 'round': {
      const facts = factsOf(first!, locals);
      return { largest: facts.largest + 1, smallest: 1, maybeNaN: facts.maybeNaN };
    }
    default:
      return expr.type.kind === 'int' || expr.type.kind === 'timestamp' ? whole : anything;
  }
}
