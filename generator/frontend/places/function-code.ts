import { ts } from 'ts-morph';
import type { FunctionCode } from '../project.ts';
import { codeText } from './code-text.ts';

/** A function as it is written, and what it reads of its first parameter. */
export function functionCodeOf(lambda: ts.Node | null, checker: ts.TypeChecker): FunctionCode {
  if (lambda === null) return { text: '', reads: null };
  const text = codeText(lambda);
  const parameter = ts.isFunctionLike(lambda) ? lambda.parameters[0] : undefined;
  if (parameter === undefined) return { text, reads: ts.isFunctionLike(lambda) ? [] : null };
  const { name } = parameter;
  if (ts.isObjectBindingPattern(name)) return { text, reads: boundNames(name) };
  return { text, reads: ts.isIdentifier(name) ? membersRead(lambda, name, checker) : null };
}

/** `({ a, b: c }) => …` reads a and b; a rest may be anything. */
function boundNames({ elements }: ts.ObjectBindingPattern): string[] | null {
  const names: string[] = [];
  for (const { name, propertyName, dotDotDotToken } of elements) {
    const read = propertyName ?? name;
    if (dotDotDotToken !== undefined || !(ts.isIdentifier(read) || ts.isStringLiteral(read))) return null;
    names.push(read.text);
  }
  return names;
}

/** `f.a` and `f['b']` read a and b; an `f` that goes elsewhere whole may be read for anything. */
function membersRead(lambda: ts.Node, parameter: ts.Identifier, checker: ts.TypeChecker): string[] | null {
  const symbol = checker.getSymbolAtLocation(parameter);
  const names = new Set<string>();
  let isWhole = false;
  const see = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== parameter && symbolOf(node, checker) === symbol) {
      const member = memberOf(node);
      if (member === null) isWhole = true;
      else names.add(member);
    }
    ts.forEachChild(node, see);
  };
  see(lambda);
  return isWhole ? null : [...names];
}

/** In `{ f }` the name is that of a property, too: what is meant is its value. */
function symbolOf(node: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  return ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
}

function memberOf(object: ts.Identifier): string | null {
  const { parent } = object;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === object) return parent.name.text;
  if (!ts.isElementAccessExpression(parent) || parent.expression !== object) return null;
  return ts.isStringLiteralLike(parent.argumentExpression) ? parent.argumentExpression.text : null;
}
