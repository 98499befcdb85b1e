import type { ArithmeticExpr } from '../../ir/index.ts';
import type { ExpressionPrinter } from './expression.ts';
import { SAFE_LARGEST, SAFE_SMALLEST } from './facts.ts';
import type { NumberFacts } from './facts.ts';

const guarded = { '+': 'js_add', '-': 'js_sub', '*': 'js_mul', '/': 'js_div', '%': 'js_mod' } as const;

/**
 * IEEE arithmetic. The plain operator where its operands prove that it cannot raise; else the guarded twin,
 * whose operands are bound first, since PostgreSQL expands it in place and would copy them.
 */
export function arithmetic(printer: ExpressionPrinter, expr: ArithmeticExpr): string {
  const { operator, left, right } = expr;
  if (cannotRaise(operator, printer.facts(left), printer.facts(right), right)) {
    return `(${printer.number(left)} ${operator} ${printer.number(right)})`;
  }
  return `"skewless".${guarded[operator]}(${printer.boundNumber(left)}, ${printer.boundNumber(right)})`;
}

function cannotRaise(
  operator: ArithmeticExpr['operator'],
  a: NumberFacts,
  b: NumberFacts,
  divisor: ArithmeticExpr['right'],
): boolean {
  switch (operator) {
    case '+':
    case '-':
      return a.largest + b.largest < SAFE_LARGEST;
    case '*':
      return a.largest * b.largest < SAFE_LARGEST && a.smallest * b.smallest > SAFE_SMALLEST;
    case '/':
      return (
        divisor.kind === 'literal' &&
        typeof divisor.value === 'number' &&
        divisor.value !== 0 &&
        a.largest / b.smallest < SAFE_LARGEST &&
        a.smallest / b.largest > SAFE_SMALLEST
      );
    case '%':
      return false;
  }
}
