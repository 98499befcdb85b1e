import type { ts } from 'ts-morph';
import type { ColumnExpr, Expr, LiteralExpr } from '../../ir/expr.ts';
import type { ScalarType } from '../../ir/types.ts';
import type { Frame } from './lowering.ts';

/** What null in the tree stands for in JavaScript: to be kept apart until it can no longer be told. */
export type Absence = 'never' | 'null' | 'undefined' | 'either';

/** A lowered expression. `expr.nullable` is `absence !== 'never'`. */
export interface Value {
  readonly kind: 'value';
  readonly expr: Expr;
  readonly absence: Absence;
}

/** What an expression of a lambda stands for: most are values, the others only lead to one. */
export type Place =
  | Value
  | { readonly kind: 'row' }
  /** `before` or `after` of a change. */
  | { readonly kind: 'image'; readonly side: 'before' | 'after'; readonly absence: Absence }
  | { readonly kind: 'features' }
  | { readonly kind: 'list'; readonly name: string }
  /** Captured data or a captured function. `name` is the path to it, as written. */
  | { readonly kind: 'constant'; readonly value: object; readonly name: string }
  /** A function written inside the lambda. */
  | { readonly kind: 'function'; readonly node: FunctionNode; readonly frame: Frame }
  | { readonly kind: 'array'; readonly node: ts.ArrayLiteralExpression; readonly frame: Frame };

export type FunctionNode =
  ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration | ts.MethodDeclaration;

export function unite(a: Absence, b: Absence): Absence {
  if (a === b || b === 'never') return a;
  return a === 'never' ? b : 'either';
}

export function intersect(a: Absence, b: Absence): Absence {
  if (a === b || b === 'either') return a;
  return a === 'either' ? b : 'never';
}

/** Whether every absent value of `a` is one of `b`. */
export function within(a: Absence, b: Absence): boolean {
  return intersect(a, b) === a;
}

export function value(expr: Expr, absence: Absence = 'never'): Value {
  const nullable = absence !== 'never';
  return { kind: 'value', expr: expr.nullable === nullable ? expr : { ...expr, nullable }, absence };
}

export const booleanType: ScalarType = { kind: 'boolean' };
export const doubleType: ScalarType = { kind: 'double' };
export const intType: ScalarType = { kind: 'int' };
export const textType: ScalarType = { kind: 'text' };
export const timestampType: ScalarType = { kind: 'timestamp' };

/** A constant; of null the type is not known yet, and is that of the place it comes to stand in. */
export function literal(constant: string | number | boolean | bigint | null): LiteralExpr {
  return {
    kind: 'literal',
    value: constant,
    type: typeOfConstant(constant),
    nullable: constant === null,
  };
}

function typeOfConstant(constant: string | number | boolean | bigint | null): ScalarType {
  switch (typeof constant) {
    case 'string':
      return textType;
    case 'boolean':
      return booleanType;
    case 'bigint':
      return { kind: 'bigint' };
    default:
      return Number.isSafeInteger(constant) && !Object.is(constant, -0) ? intType : doubleType;
  }
}

export function columnExpr(path: ColumnExpr['path'], type: ScalarType, nullable: boolean): ColumnExpr {
  return { kind: 'column', path, type, nullable };
}

/** Nodes so small that a name for them would say less than they do. */
export function isTrivial(expr: Expr): boolean {
  return ['column', 'feature', 'instant', 'literal', 'local'].includes(expr.kind);
}

/** How messages speak of a type. */
export function describeType(type: ScalarType): string {
  switch (type.kind) {
    case 'int':
    case 'decimal':
    case 'double':
      return 'a number';
    case 'timestamp':
      return 'a timestamp';
    case 'bigint':
      return 'a bigint';
    case 'boolean':
      return 'a boolean';
    case 'text':
    case 'enum':
    case 'uuid':
      return 'text';
  }
}

export type Family = 'number' | 'bigint' | 'text' | 'boolean';

/** Types that compare with each other. */
export function familyOf(type: ScalarType): Family {
  switch (type.kind) {
    case 'int':
    case 'decimal':
    case 'double':
    case 'timestamp':
      return 'number';
    case 'text':
    case 'enum':
    case 'uuid':
      return 'text';
    case 'bigint':
    case 'boolean':
      return type.kind;
  }
}
