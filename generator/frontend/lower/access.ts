import { ts } from 'ts-morph';
import { suggestion } from '../../diagnostics/index.ts';
import type { Column, ScalarType } from '../../ir/types.ts';
import { memberOfConstant } from './captured.ts';
import { place, valueOf } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { narrow } from './narrow.ts';
import { columnExpr, describeType, literal, unite, value } from './value.ts';
import type { Place } from './value.ts';
import { globalConstants, globalName, insteadOfMember } from './globals.ts';

const opType: ScalarType = { kind: 'enum', values: ['c', 'u', 'd', 'r'] };

type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

/** `e.revenue`, `e['revenue']`, `c.before?.status`, `LIMITS.high`, `TIERS[0]`, `Math.PI`. */
export function lowerAccess(node: Access, frame: Frame, context: LambdaContext): Place {
  const name = globalName(node, context.checker);
  const known = name === null ? undefined : globalConstants[name];
  if (known !== undefined) return value(literal(known));
  const base = place(node.expression, frame, context);
  if (node.questionDotToken !== undefined && isNullLiteral(base)) return value(literal(null), 'undefined');
  const member = memberName(node, frame, context);
  const found = memberOf(base, member, node, context);
  const skipped = node.questionDotToken !== undefined && base.kind === 'image' && base.absence !== 'never';
  if (!skipped) return narrow(found, node, context);
  const absent = found.kind === 'value' ? value(found.expr, unite(found.absence, 'undefined')) : found;
  return narrow(absent, node, context);
}

/** A captured value that is not there: `TIERS[9]?.limit`. */
function isNullLiteral(base: Place): boolean {
  return base.kind === 'value' && base.expr.kind === 'literal' && base.expr.value === null;
}

function memberName(node: Access, frame: Frame, context: LambdaContext): string {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  const { expr } = valueOf(node.argumentExpression, frame, context);
  if (expr.kind === 'literal' && (typeof expr.value === 'string' || typeof expr.value === 'number')) {
    return String(expr.value);
  }
  return context.refuse(node.argumentExpression, 'SK203', {
    what: 'a name that is computed from the row',
    instead: 'name the member, `e.amount`, or capture its name as a constant',
  });
}

/** A member of what a place stands for. */
export function memberOf(base: Place, member: string, node: ts.Node, context: LambdaContext): Place {
  switch (base.kind) {
    case 'row':
      return memberOfRow(member, node, context);
    case 'image':
      return columnOf(
        context.scope.kind === 'change' ? context.scope.columns : [],
        member,
        base.side,
        node,
        context,
      );
    case 'features':
      return featureOf(member, node, context);
    case 'constant':
      return memberOfConstant(base, member, node, context);
    case 'list':
      return context.refuse(node, 'SK229', { name: base.name });
    case 'array':
    case 'function':
      return context.refuse(node, 'SK217', { name: member, instead: null });
    case 'value':
      return context.refuse(node, 'SK214', {
        member: ts.isElementAccessExpression(node) ? `[${member}]` : `.${member}`,
        of: describeType(base.expr.type),
        instead: insteadOfMember(member),
      });
  }
}

function memberOfRow(member: string, node: ts.Node, context: LambdaContext): Place {
  const { scope } = context;
  if (scope.kind === 'row') return columnOf(scope.columns, member, null, node, context);
  if (member === 'before' || member === 'after') return { kind: 'image', side: member, absence: 'null' };
  if (member === 'op') return value(columnExpr(['op'], opType, false));
  return context.refuse(node, 'SK227', {
    what: 'member of a change',
    name: member,
    suggestion: suggestion(member, ['op', 'before', 'after']),
  });
}

function columnOf(
  columns: readonly Column[],
  member: string,
  side: 'before' | 'after' | null,
  node: ts.Node,
  context: LambdaContext,
): Place {
  const column = columns.find(candidate => candidate.name === member);
  if (column === undefined) {
    const names = columns.map(({ name }) => name);
    return context.refuse(node, 'SK227', {
      what: 'column',
      name: member,
      suggestion: suggestion(member, names),
    });
  }
  const path = side === null ? ([member] as const) : ([side, member] as const);
  return value(columnExpr(path, column.type, column.nullable), column.nullable ? 'null' : 'never');
}

function featureOf(member: string, node: ts.Node, context: LambdaContext): Place {
  const features = context.scope.kind === 'derived' ? context.scope.features : [];
  const feature = features.find(({ name }) => name === member);
  if (feature === undefined) {
    const names = features.map(({ name }) => name);
    return context.refuse(node, 'SK227', {
      what: 'feature',
      name: member,
      suggestion: suggestion(member, names),
    });
  }
  const { type, nullable } = feature;
  if (type.kind === 'list') return { kind: 'list', name: member };
  return value({ kind: 'feature', name: member, type, nullable }, nullable ? 'null' : 'never');
}
