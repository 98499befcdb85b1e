import * as language from '../../../dsl/index.ts';
import type { CallExpr, CompareExpr, Expr, FunctionName } from '../../../generator/ir/expr.ts';

type Value = number | bigint | string | boolean | null;

/** What a lambda is given. */
export interface Given {
  readonly row: Readonly<Record<string, unknown>>;
  readonly instant: number;
}

/**
 * Evaluates a tree as its contract reads, and throws where a node breaks it: a null that the tree says cannot
 * be, a comparison of different types.
 */
export function evaluate(
  expr: Expr,
  given: Given,
  locals: ReadonlyMap<string, () => Value> = new Map(),
): Value {
  const value = evaluateNode(expr, given, locals);
  if (value === null && !expr.nullable) throw new Error(`null of a node that says never: ${expr.kind}`);
  return value;
}

function evaluateNode(expr: Expr, given: Given, locals: ReadonlyMap<string, () => Value>): Value {
  const of = (inner: Expr): Value => evaluate(inner, given, locals);
  switch (expr.kind) {
    case 'column': {
      const [first, second] = expr.path;
      const found = given.row[first];
      return (second === undefined ? found : ((found as Given['row'] | null)?.[second] ?? null)) as Value;
    }
    case 'feature':
      return given.row[expr.name] as Value;
    case 'instant':
      return given.instant;
    case 'literal':
      return expr.value;
    case 'let':
      return evaluate(expr.body, given, new Map([...locals, [expr.name, () => of(expr.value)]]));
    case 'local':
      return locals.get(expr.name)!();
    case 'compare':
      return compare(expr.operator, of(expr.left), of(expr.right));
    case 'is-null':
      return (of(expr.value) === null) !== expr.not;
    case 'logic':
      return expr.operator === '&&' ? of(expr.left) && of(expr.right) : of(expr.left) || of(expr.right);
    case 'not':
      return of(expr.value) === false;
    case 'conditional':
      return of(expr.condition) === true ? of(expr.then) : of(expr.otherwise);
    case 'coalesce':
      return of(expr.value) ?? of(expr.otherwise);
    case 'arithmetic': {
      const [left, right] = [of(expr.left), of(expr.right)];
      if (left === null || right === null) return null;
      return arithmetic(expr.operator, left as number, right as number);
    }
    case 'negate':
      return -(of(expr.value) as number);
    case 'call':
      return call(expr, expr.args.map(of));
    case 'template':
      return expr.parts.map(part => (typeof part === 'string' ? part : String(of(part)))).join('');
    case 'one-of': {
      const value = of(expr.value);
      return expr.options.some(option => compare('===', option.value, value));
    }
  }
}

function compare(operator: CompareExpr['operator'], left: Value, right: Value): boolean {
  if (left !== null && right !== null && typeof left !== typeof right) throw new Error('different types');
  if (operator === '===') return left === right;
  if (operator === '!==') return left !== right;
  if (left === null || right === null) throw new Error('order of null');
  if (typeof left === 'string' || typeof left === 'boolean') throw new Error(`order of a ${typeof left}`);
  if (typeof right === 'string' || typeof right === 'boolean') throw new Error(`order of a ${typeof right}`);
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function arithmetic(operator: string, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (operator === '/') return left / right;
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) throw new Error('remainder of a fraction');
  return left % right;
}

const text: Partial<Record<FunctionName, (a: string, b: string) => Value>> = {
  startsWith: (a, b) => a.startsWith(b),
  endsWith: (a, b) => a.endsWith(b),
  includes: (a, b) => a.includes(b),
  trim: a => a.trim(),
};

function call({ function: name }: CallExpr, args: readonly Value[]): Value {
  const method = text[name];
  if (method !== undefined) return method(args[0] as string, args[1] as string);
  const home: object =
    name in Math && !['log', 'log1p', 'log10', 'exp', 'pow'].includes(name) ? Math : language;
  return (home as Record<string, (...args: readonly Value[]) => Value>)[name]!(...args);
}
