import { parseExpressionAt } from 'acorn';
import type { AnyNode, ArrowFunctionExpression, FunctionExpression, Pattern } from 'acorn';
import type { AnyLambda, ColumnType } from '../dsl/index.ts';

/** What a lambda yields, where its text tells: null is a lambda that yields null alone. */
export type ValueType =
  | { readonly kind: Exclude<ColumnType['kind'], 'decimal'> | 'unknown' }
  | Extract<ColumnType, { kind: 'decimal' }>
  /** A number literal: fits a column beside it, or does not. */
  | { readonly kind: 'literal'; readonly value: number };

/** The type at a path from the lambda's first parameter (`['revenue']`, `['after', 'price']`); null: none there. */
export type TypeAt = (path: readonly string[]) => ValueType | null;

/**
 * The type of a lambda, read off the lambda itself, not off helpers that it calls (semantics §10.2): a number
 * is exact where every branch of `?:` and `??` is a column, its negation or a fitting literal; else a double.
 */
export function typeOfLambda(lambda: AnyLambda, typeAt: TypeAt): ValueType {
  const node = syntaxOf(lambda);
  if (node?.type !== 'ArrowFunctionExpression' && node?.type !== 'FunctionExpression') return unknown;
  const result = resultOf(node);
  if (result === null) return unknown;
  const [row, instant] = node.params;
  const types = branches(result).map(branch => typeOf(branch, { row, instant, typeAt }));
  return join(types.filter(type => type !== null));
}

const unknown: ValueType = { kind: 'unknown' };
const double: ValueType = { kind: 'double' };
const text: ValueType = { kind: 'text' };
const boolean: ValueType = { kind: 'boolean' };

interface Scope {
  readonly row: Pattern | undefined;
  readonly instant: Pattern | undefined;
  readonly typeAt: TypeAt;
}

/** Of the text that JavaScript has of a function; that of a method stands in an object only: `where(e) { … }`. */
function syntaxOf(lambda: AnyLambda): AnyNode | null {
  const parse = (text: string): AnyNode => parseExpressionAt(text, 0, { ecmaVersion: 'latest' });
  const text = lambda.toString();
  try {
    return parse(`(${text})`);
  } catch {
    const object = parse(`({${text}})`);
    const [method] = object.type === 'ObjectExpression' ? object.properties : [];
    return method?.type === 'Property' ? method.value : null;
  }
}

/** The expression body, or the argument of a single `return`. */
function resultOf(lambda: ArrowFunctionExpression | FunctionExpression): AnyNode | null {
  if (lambda.body.type !== 'BlockStatement') return lambda.body;
  const [only, ...more] = lambda.body.body.filter(({ type }) => type !== 'EmptyStatement');
  return more.length === 0 && only?.type === 'ReturnStatement' ? (only.argument ?? null) : null;
}

function branches(node: AnyNode): AnyNode[] {
  if (node.type === 'ConditionalExpression') return [node.consequent, node.alternate].flatMap(branches);
  if (node.type === 'LogicalExpression' && node.operator === '??')
    return [node.left, node.right].flatMap(branches);
  return [node];
}

/** The type of one branch; null for the literal null. */
function typeOf(node: AnyNode, scope: Scope): ValueType | null {
  const path = pathOf(node, scope.row);
  if (path !== null) return scope.typeAt(path) ?? unknown;
  switch (node.type) {
    case 'Literal':
      if (node.value === null) return null;
      if (typeof node.value === 'number') return { kind: 'literal', value: node.value };
      return typeof node.value === 'boolean'
        ? boolean
        : typeof node.value === 'bigint'
          ? { kind: 'bigint' }
          : text;
    case 'TemplateLiteral':
      return text;
    case 'Identifier':
      if (node.name === 'undefined') return null;
      return scope.instant?.type === 'Identifier' && scope.instant.name === node.name
        ? { kind: 'timestamp' }
        : unknown;
    case 'UnaryExpression':
      if (node.operator === '!') return boolean;
      if (node.operator === 'void') return null;
      return node.operator === '-' ? negated(typeOf(node.argument, scope), node.argument) : double;
    case 'BinaryExpression':
      if (/^[<>=!]/.test(node.operator)) return boolean;
      return node.operator === '+' && [node.left, node.right].some(side => isText(side, scope))
        ? text
        : double;
    case 'LogicalExpression':
      return isText(node.right, scope)
        ? text
        : node.operator === '&&' || isBoolean(node.right, scope)
          ? boolean
          : double;
    case 'CallExpression':
      return typeOfCall(calleeName(node.callee));
    default:
      return unknown;
  }
}

/** The negation of a column keeps its type; of anything else that is computed, it is a double. */
function negated(type: ValueType | null, of: AnyNode): ValueType {
  if (type?.kind === 'literal') return { kind: 'literal', value: -type.value };
  return type !== null && /^(MemberExpression|ChainExpression|Identifier)$/.test(of.type) ? type : double;
}

function isText(node: AnyNode, scope: Scope): boolean {
  return branches(node).some(branch => ['text', 'enum', 'uuid'].includes(typeOf(branch, scope)?.kind ?? ''));
}

function isBoolean(node: AnyNode, scope: Scope): boolean {
  return branches(node).some(branch => typeOf(branch, scope)?.kind === 'boolean');
}

function typeOfCall(name: string): ValueType {
  if (/^(text(Slice|Before|After|Replace)|ascii(Lower|Upper)|trim)$/.test(name)) return text;
  if (/^(textLess|includes|startsWith|endsWith|some|every)$/.test(name)) return boolean;
  if (/^startOf[A-Z]/.test(name)) return { kind: 'timestamp' };
  if (
    /Between$|Of(Day|Hour|Week|Month|Year)$|^(yearOf|textLength|finite|log|log1p|log10|exp|pow)$/.test(name)
  )
    return double;
  return name in Math ? double : unknown;
}

function calleeName(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'SequenceExpression') return calleeName(node.expressions.at(-1)!);
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : '';
}

/** `e.revenue`, `e['revenue']`, `c.after?.price`, or a destructured parameter's name, as a path from the row. */
function pathOf(node: AnyNode, row: Pattern | undefined): string[] | null {
  if (node.type === 'ChainExpression') return pathOf(node.expression, row);
  if (node.type === 'Identifier') {
    if (row?.type === 'Identifier' && row.name === node.name) return [];
    for (const property of row?.type === 'ObjectPattern' ? row.properties : []) {
      if (property.type !== 'Property' || property.value.type !== 'Identifier') continue;
      if (property.value.name !== node.name) continue;
      const name = property.key.type === 'Identifier' ? property.key.name : textOf(property.key);
      if (name !== null) return [name];
    }
    return null;
  }
  if (node.type !== 'MemberExpression') return null;
  const from = pathOf(node.object, row);
  if (from === null) return null;
  if (!node.computed && node.property.type === 'Identifier') return [...from, node.property.name];
  const name = textOf(node.property);
  return name === null ? null : [...from, name];
}

/** The text that a literal stands for: `'n'`, or `n` between backticks. */
function textOf(node: AnyNode): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node.type !== 'TemplateLiteral' || node.quasis.length !== 1) return null;
  return node.quasis[0]!.value.cooked ?? null;
}

/** Rule 2, "joining the branches". */
function join(types: readonly ValueType[]): ValueType {
  const literals = types.flatMap(type => (type.kind === 'literal' ? [type.value] : []));
  const columns = types.filter(type => type.kind !== 'literal');
  const first = columns[0];
  if (first === undefined) {
    return literals.length === 0 ? unknown : literals.every(isWhole) ? { kind: 'int' } : double;
  }
  if (literals.length === 0 && columns.every(type => type.kind === first.kind) && first.kind !== 'decimal')
    return first;
  if (columns.some(type => type.kind === 'unknown')) return unknown;
  if (columns.every(type => ['text', 'enum', 'uuid'].includes(type.kind))) return text;
  if (columns.every(type => type.kind === 'int')) return literals.every(isWhole) ? first : double;
  const decimal = columns.every(type => type.kind === 'decimal') ? widest(columns) : null;
  return decimal !== null && literals.every(value => fits(value, decimal)) ? decimal : double;
}

type Decimal = Extract<ColumnType, { kind: 'decimal' }>;

/** Decimals join at the greater scale where all digits still fit 15. */
function widest(decimals: readonly Decimal[]): Decimal | null {
  const scale = Math.max(...decimals.map(decimal => decimal.scale));
  const precision = scale + Math.max(...decimals.map(decimal => decimal.precision - decimal.scale));
  return precision <= 15 ? { kind: 'decimal', precision, scale } : null;
}

/** No int and no decimal has −0. */
function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function fits(value: number, { precision, scale }: Decimal): boolean {
  if (Object.is(value, -0)) return false;
  const scaled = Math.round(value * 10 ** scale);
  return scaled / 10 ** scale === value && Math.abs(scaled) < 10 ** precision;
}
