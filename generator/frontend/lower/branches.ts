import type { Expr } from '../../ir/expr.ts';
import type { ScalarType } from '../../ir/types.ts';
import { describeType, doubleType, familyOf, intType, textType } from './value.ts';

/** The expressions a value can come from: through `?:`, `??`, `if … return` and consts. */
export function leavesOf(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'conditional':
      return [...leavesOf(expr.then), ...leavesOf(expr.otherwise)];
    case 'coalesce':
      return [...leavesOf(expr.value), ...leavesOf(expr.otherwise)];
    case 'let':
      return leavesOf(expr.body);
    default:
      return [expr];
  }
}

/**
 * The one type of several leaves (semantics §10.2): null takes any; whole literals join an int, and a decimal
 * where their digits fit; decimals join at the greater scale where 15 digits hold all; other numbers are
 * doubles; equal types stay; text of different kinds is text.
 * @returns where they have none, the two that do not go together, in words
 */
export function joinTypes(
  leaves: readonly Expr[],
): ScalarType | { readonly left: string; readonly right: string } {
  const present = leaves.filter(leaf => !(leaf.kind === 'literal' && leaf.value === null));
  const first = present[0];
  if (first === undefined) return doubleType;
  const family = familyOf(first.type);
  const other = present.find(leaf => familyOf(leaf.type) !== family);
  if (other !== undefined) return { left: describeType(first.type), right: describeType(other.type) };
  if (family === 'number') return joinNumbers(present);
  const same = present.every(leaf => sameType(leaf.type, first.type));
  return same ? first.type : textType;
}

function joinNumbers(leaves: readonly Expr[]): ScalarType {
  const isConstant = ({ kind, type }: Expr): boolean => kind === 'literal' && type.kind !== 'timestamp';
  const constants = leaves.flatMap(leaf =>
    leaf.kind === 'literal' && isConstant(leaf) && typeof leaf.value === 'number' ? [leaf.value] : [],
  );
  const types = leaves.filter(leaf => !isConstant(leaf)).map(leaf => leaf.type);
  const wholes = constants.every(constant => Number.isSafeInteger(constant) && !Object.is(constant, -0));
  if (types.every(type => type.kind === 'int')) return wholes ? intType : doubleType;
  if (types.every(type => type.kind === 'timestamp')) return constants.length === 0 ? types[0]! : doubleType;
  let scale = 0;
  let whole = 0;
  for (const type of types) {
    if (type.kind !== 'decimal') return doubleType;
    scale = Math.max(scale, type.scale);
    whole = Math.max(whole, type.precision - type.scale);
  }
  if (scale + whole > 15 || !constants.every(constant => fitsDecimal(constant, whole, scale)))
    return doubleType;
  return { kind: 'decimal', precision: scale + whole, scale };
}

/** Whether it is written, by a person, with no more digits than these. */
function fitsDecimal(constant: number, whole: number, scale: number): boolean {
  if (Object.is(constant, -0) || Math.abs(constant) >= 10 ** whole) return false;
  return Number(constant.toFixed(scale)) === constant;
}

/** Gives the nodes that choose between leaves, and the constants among the leaves, the type joined. */
export function retype(expr: Expr, type: ScalarType): Expr {
  switch (expr.kind) {
    case 'conditional':
      return { ...expr, type, then: retype(expr.then, type), otherwise: retype(expr.otherwise, type) };
    case 'coalesce':
      return { ...expr, type, value: retype(expr.value, type), otherwise: retype(expr.otherwise, type) };
    case 'let':
      return { ...expr, type, body: retype(expr.body, type) };
    case 'literal':
      return expr.value === null || typeof expr.value === 'number' || type.kind === 'text'
        ? { ...expr, type }
        : expr;
    default:
      return expr;
  }
}

export function sameType(a: ScalarType, b: ScalarType): boolean {
  if (a.kind === 'enum' && b.kind === 'enum') {
    return a.values.length === b.values.length && a.values.every((name, place) => name === b.values[place]);
  }
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale;
  return a.kind === b.kind;
}
