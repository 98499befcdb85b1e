import { ts } from 'ts-morph';
import { constantOf } from './constant.ts';
import { isGlobal, referencedSymbol } from '../loader/free-variables.ts';
import { lookUp } from './lowering.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { narrow } from './narrow.ts';
import { literal, timestampType, value } from './value.ts';
import type { Place } from './value.ts';

/** A name: of the lambda's own, or captured from around it. */
export function lowerIdentifier(node: ts.Identifier, frame: Frame, context: LambdaContext): Place {
  const symbol = referencedSymbol(node, context.checker);
  if (symbol !== undefined && context.checker.isUndefinedSymbol(symbol))
    return value(literal(null), 'undefined');
  if (symbol === undefined) return context.refuse(node, 'SK217', { name: node.text, instead: null });
  const bound = lookUp(frame, symbol);
  if (bound !== null) return narrow(bound, node, context);
  if (node.text === 'NaN' || node.text === 'Infinity') {
    return context.refuse(node, 'SK231', { value: node.text });
  }
  if (isGlobal(symbol)) return context.refuse(node, 'SK217', { name: node.text, instead: null });
  if (isReassigned(symbol, node, context.checker)) {
    return context.refuse(node, 'SK224', { name: node.text });
  }
  const read = capturedReader(node.text, frame);
  if (read === null) {
    return context.refuse(node, 'SK225', { name: node.text, reason: 'it is declared after this use' });
  }
  try {
    return placeOfConstant(read(), node.text, node, context);
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return context.refuse(node, 'SK225', { name: node.text, reason: error.message });
  }
}

function capturedReader(name: string, frame: Frame): (() => unknown) | null {
  return Object.hasOwn(frame.captured, name) ? frame.captured[name]! : null;
}

/** A captured value, or a part of one. */
export function placeOfConstant(
  constant: unknown,
  name: string,
  node: ts.Node,
  context: LambdaContext,
): Place {
  switch (typeof constant) {
    case 'undefined':
      return value(literal(null), 'undefined');
    case 'number':
      if (!Number.isFinite(constant)) return context.refuse(node, 'SK231', { value: name });
      return value(
        isInstant(node, context) ? { ...literal(constant), type: timestampType } : literal(constant),
      );
    case 'string':
    case 'boolean':
    case 'bigint':
      return constantOf(constant, node, context);
    case 'symbol':
      return context.refuse(node, 'SK223', { name, what: 'a symbol' });
  }
  if (constant === null) return value(literal(null), 'null');
  const object = constant as object;
  if (typeof object === 'function' || Array.isArray(object) || isPlain(object)) {
    return { kind: 'constant', value: object, name };
  }
  const { constructor } = object as { readonly constructor?: { readonly name?: string } };
  return context.refuse(node, 'SK223', { name, what: `an instance of ${constructor?.name ?? 'a class'}` });
}

/** Whether TypeScript knows a number as an `Instant`, by its brand. */
function isInstant(node: ts.Node, { checker }: LambdaContext): boolean {
  return checker
    .getTypeAtLocation(node)
    .getProperties()
    .some(({ escapedName }) => escapedName.toString().startsWith('__@instantBrand'));
}

/** A record, an enum or the namespace of a module. */
function isPlain(constant: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(constant);
  return prototype === Object.prototype || prototype === null;
}

/** Of a module: its members are exports, whichever way the loader at hand holds them. */
function isNamespace(constant: object): boolean {
  return Object.prototype.toString.call(constant) === '[object Module]';
}

/** A member of constant data: an own value, never computed. */
export function memberOfConstant(
  place: Extract<Place, { kind: 'constant' }>,
  member: string,
  node: ts.Node,
  context: LambdaContext,
): Place {
  const name = /^\d+$/.test(member) ? `${place.name}[${member}]` : `${place.name}.${member}`;
  if (isNamespace(place.value)) {
    return placeOfConstant((place.value as Readonly<Record<string, unknown>>)[member], name, node, context);
  }
  const descriptor = Object.getOwnPropertyDescriptor(place.value, member);
  if (descriptor?.get !== undefined) return context.refuse(node, 'SK223', { name, what: 'a getter' });
  if (descriptor === undefined && member in place.value) {
    return context.refuse(node, 'SK217', { name, instead: null });
  }
  return placeOfConstant(descriptor?.value, name, node, context);
}

/**
 * Whether a variable has more than its first value. The counter of a `for` is fixed for what its body makes:
 * JavaScript gives each round a variable of its own.
 */
function isReassigned(symbol: ts.Symbol, use: ts.Identifier, checker: ts.TypeChecker): boolean {
  const variable = (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;
  const declaration = variable.declarations?.[0];
  if (declaration === undefined || isConstant(declaration)) return false;
  let found = false;
  const see = (node: ts.Node): void => {
    if (found) return;
    const isTarget =
      ts.isIdentifier(node) &&
      node.text === variable.name &&
      isAssigned(node) &&
      !isRound(node, declaration, use);
    if (isTarget && referencedSymbol(node, checker) === variable) found = true;
    else ts.forEachChild(node, see);
  };
  see(declaration.getSourceFile());
  return found;
}

function isConstant(declaration: ts.Declaration): boolean {
  if (ts.isParameter(declaration)) return false;
  let root: ts.Node = declaration;
  while (ts.isBindingElement(root) || ts.isObjectBindingPattern(root) || ts.isArrayBindingPattern(root)) {
    root = root.parent;
  }
  if (ts.isParameter(root)) return false;
  return !ts.isVariableDeclaration(root) || (ts.getCombinedNodeFlags(root) & ts.NodeFlags.Const) !== 0;
}

function isAssigned(name: ts.Identifier): boolean {
  let node: ts.Node = name;
  let { parent } = node;
  while (
    ts.isArrayLiteralExpression(parent) ||
    ts.isObjectLiteralExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isParenthesizedExpression(parent)
  ) {
    node = parent;
    parent = node.parent;
  }
  if (ts.isBinaryExpression(parent)) {
    const { kind } = parent.operatorToken;
    const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return assigns && parent.left === node;
  }
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === node;
  if (!ts.isPrefixUnaryExpression(parent) && !ts.isPostfixUnaryExpression(parent)) return false;
  return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
}

/** `i++` in the head of the `for` that declares `i` with `let`, seen from a lambda in its body. */
function isRound(assigned: ts.Node, declaration: ts.Declaration, use: ts.Node): boolean {
  const list = declaration.parent;
  if (!ts.isVariableDeclarationList(list) || !ts.isForStatement(list.parent)) return false;
  if ((list.flags & ts.NodeFlags.Let) === 0) return false;
  const { incrementor, statement } = list.parent;
  return incrementor !== undefined && holds(incrementor, assigned) && holds(statement, use);
}

function holds(outer: ts.Node, inner: ts.Node): boolean {
  return outer.getSourceFile() === inner.getSourceFile() && outer.pos <= inner.pos && inner.end <= outer.end;
}
