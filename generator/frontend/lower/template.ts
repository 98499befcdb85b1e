import type { ts } from 'ts-morph';
import type { Expr } from '../../ir/expr.ts';
import { requireStorable } from './constant.ts';
import { valueOf } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { literal, textType, value } from './value.ts';
import type { Value } from './value.ts';

interface Part {
  readonly value: Value;
  readonly node: ts.Node;
}

/** `${e.country}-${e.level}`. */
export function lowerTemplate(node: ts.TemplateExpression, frame: Frame, context: LambdaContext): Value {
  for (const { text } of [node.head, ...node.templateSpans.map(span => span.literal)]) {
    requireStorable(text, node, context);
  }
  const values = context.all(node.templateSpans.map(span => () => valueOf(span.expression, frame, context)));
  const parts: (string | Part)[] = [node.head.text];
  node.templateSpans.forEach((span, index) => {
    parts.push({ value: values[index]!, node: span.expression }, span.literal.text);
  });
  return templateOf(parts, context);
}

/** Joins texts and whole numbers into one text: constants become text, templates inside become parts. */
export function templateOf(parts: readonly (string | Part)[], context: LambdaContext): Value {
  const joined: (string | Expr)[] = [];
  const add = (part: string | Expr): void => {
    const last = joined.at(-1);
    if (typeof part !== 'string') joined.push(part);
    else if (typeof last === 'string') joined[joined.length - 1] = last + part;
    else if (part !== '') joined.push(part);
  };
  context.all(
    parts.map(part => () => {
      if (typeof part === 'string') return add(part);
      const printed = printable(part, context);
      if (typeof printed !== 'string' && printed.kind === 'template') printed.parts.forEach(add);
      else add(printed);
    }),
  );
  if (joined.every(part => typeof part === 'string')) return value(literal(joined.join('')));
  return value({ kind: 'template', parts: joined, type: textType, nullable: false });
}

function printable({ value: { expr, absence }, node }: Part, context: LambdaContext): string | Expr {
  if (absence === 'undefined' || absence === 'either') {
    return context.refuse(node, 'SK212', { instead: `make it null, or text: \`${node.getText()} ?? ''\`` });
  }
  if (expr.kind === 'literal') return String(expr.value);
  switch (expr.type.kind) {
    case 'double':
      return context.refuse(node, 'SK220', { type: 'a double' });
    case 'decimal':
      return context.refuse(node, 'SK220', { type: 'a decimal' });
    case 'timestamp':
      return context.refuse(node, 'SK220', { type: 'a timestamp' });
    default:
      return expr;
  }
}
