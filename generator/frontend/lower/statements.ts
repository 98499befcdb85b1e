import { ts } from 'ts-morph';
import type { Expr } from '../../ir/expr.ts';
import { visit } from '../../ir/visit.ts';
import { branch, conditionOf } from './conditions.ts';
import { asValue, place } from './expression.ts';
import { wrapInLets } from './inline.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { bind } from './patterns.ts';
import type { Let } from './patterns.ts';
import { literal, value } from './value.ts';
import type { FunctionNode, Place, Value } from './value.ts';

/** What comes after a statement that does not return. */
type Rest = () => Place;

/** What a function returns: a value, or of a factory a function. */
export function lowerBody(node: FunctionNode, frame: Frame, context: LambdaContext): Place {
  const { body } = node;
  if (body === undefined) return context.refuse(node, 'SK200', { name: 'a function without a body' });
  if (!ts.isBlock(body)) return place(body, frame, context);
  return enterBlock(body.statements, frame, context, () => value(literal(null), 'undefined'));
}

/** Functions are known in all of the block that declares them, also above. */
function enterBlock(
  statements: readonly ts.Statement[],
  frame: Frame,
  context: LambdaContext,
  rest: Rest,
): Place {
  for (const statement of statements) {
    if (!ts.isFunctionDeclaration(statement) || statement.name === undefined) continue;
    const symbol = context.checker.getSymbolAtLocation(statement.name);
    if (symbol !== undefined) frame.bindings.set(symbol, { kind: 'function', node: statement, frame });
  }
  return lowerBlock(statements, 0, frame, context, rest);
}

function lowerBlock(
  statements: readonly ts.Statement[],
  index: number,
  frame: Frame,
  context: LambdaContext,
  rest: Rest,
): Place {
  const statement = statements[index];
  if (statement === undefined) return rest();
  const after: Rest = () => lowerBlock(statements, index + 1, frame, context, rest);
  if (ts.isReturnStatement(statement)) {
    return statement.expression === undefined
      ? value(literal(null), 'undefined')
      : place(statement.expression, frame, context);
  }
  if (ts.isVariableStatement(statement)) return lowerConst(statement, frame, context, after);
  if (ts.isIfStatement(statement)) return lowerIf(statement, frame, context, after);
  if (ts.isBlock(statement)) return enterBlock(statement.statements, frame, context, after);
  if (ts.isEmptyStatement(statement) || isTypeOnly(statement)) return after();
  if (ts.isFunctionDeclaration(statement)) return after();
  return refuseStatement(statement, context);
}

/** What is gone before JavaScript runs. */
export function isTypeOnly(statement: ts.Statement): boolean {
  return ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement);
}

function lowerConst(
  statement: ts.VariableStatement,
  frame: Frame,
  context: LambdaContext,
  after: Rest,
): Place {
  const { declarationList } = statement;
  if ((declarationList.flags & ts.NodeFlags.Const) === 0) {
    return context.refuse(declarationList, 'SK202', {
      what: (declarationList.flags & ts.NodeFlags.Let) === 0 ? '`var`' : '`let`',
      instead: 'write const, and a new const for a new value; `?:` or `if … return` choose between values',
    });
  }
  const lets = declarationList.declarations.flatMap((declaration): readonly Let[] => {
    if (declaration.initializer === undefined) return [];
    return bind(declaration.name, place(declaration.initializer, frame, context), frame, context);
  });
  return wrapInLets(lets, after(), statement, context);
}

/** A rest of so many nodes is named rather than repeated where two ways lead to it. */
const REPEATED = 30;

/** Where both ways go on to what follows, that is lowered for each; what is large, once, and named. */
function lowerIf(statement: ts.IfStatement, frame: Frame, context: LambdaContext, after: Rest): Value {
  const { thenStatement, elseStatement } = statement;
  const lets: Let[] = [];
  let next = after;
  if (goesOn(thenStatement) && (elseStatement === undefined || goesOn(elseStatement))) {
    const following = asValue(after(), statement, context);
    if (sizeOf(following.expr) > REPEATED) {
      const name = context.freshName('otherwise');
      const { type, nullable } = following.expr;
      lets.push({ name, value: following.expr });
      next = () => value({ kind: 'local', name, type, nullable }, following.absence);
    }
  }
  const way = (chosen: ts.Statement | undefined): Value => {
    const found = chosen === undefined ? next() : lowerBlock([chosen], 0, frame, context, next);
    return asValue(found, chosen ?? statement, context);
  };
  const chosen = branch(
    () => conditionOf(statement.expression, frame, context),
    () => way(thenStatement),
    () => way(elseStatement),
    statement,
    context,
  );
  return wrapInLets(lets, chosen, statement, context) as Value;
}

function sizeOf(expr: Expr): number {
  let nodes = 0;
  visit(expr, () => void nodes++);
  return nodes;
}

/** Whether control may pass the statement. */
function goesOn(statement: ts.Statement): boolean {
  if (ts.isReturnStatement(statement) || ts.isThrowStatement(statement)) return false;
  if (ts.isBlock(statement)) return statement.statements.every(goesOn);
  if (!ts.isIfStatement(statement) || statement.elseStatement === undefined) return true;
  return goesOn(statement.thenStatement) || goesOn(statement.elseStatement);
}

function refuseStatement(statement: ts.Statement, context: LambdaContext): never {
  const choice = '`if … return`, or `?:`';
  switch (statement.kind) {
    case ts.SyntaxKind.ForStatement:
    case ts.SyntaxKind.ForOfStatement:
    case ts.SyntaxKind.ForInStatement:
    case ts.SyntaxKind.WhileStatement:
    case ts.SyntaxKind.DoStatement:
      return context.refuse(statement, 'SK202', {
        what: 'a loop',
        instead:
          'write the cases out, use includes() of a constant list, or move the feature into `compute(f => …)`',
      });
    case ts.SyntaxKind.SwitchStatement:
      return context.refuse(statement, 'SK202', { what: '`switch`', instead: choice });
    case ts.SyntaxKind.ThrowStatement:
      return context.refuse(statement, 'SK202', {
        what: '`throw`',
        instead: 'return null: the backfill never raises',
      });
    case ts.SyntaxKind.TryStatement:
      return context.refuse(statement, 'SK202', {
        what: '`try`',
        instead: 'nothing in a lambda throws: leave it out',
      });
    case ts.SyntaxKind.ExpressionStatement:
      return context.refuse(statement, 'SK202', {
        what: 'a statement without a value',
        instead: 'a lambda changes nothing: keep a value in a const, or return it',
      });
  }
  return context.refuse(statement, 'SK202', { what: 'this statement', instead: choice });
}
