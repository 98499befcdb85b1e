import type { CompareExpr, Expr } from '../../ir/index.ts';
import type { ExpressionPrinter } from './expression.ts';

const plain = { '===': '=', '!==': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' } as const;
const guarded = {
  '===': 'js_eq',
  '!==': 'js_ne',
  '<': 'js_lt',
  '<=': 'js_le',
  '>': 'js_gt',
  '>=': 'js_ge',
} as const;

/** JavaScript's comparison. `===` and `!==` are never null; the others only where the tree's promise is broken. */
export function compare(printer: ExpressionPrinter, expr: CompareExpr): string {
  const { operator, left, right } = expr;
  const isNumeric = isNumber(left) && isNumber(right);
  const whole = isNumeric && isWhole(left) && isWhole(right);
  const mayBeNaN = isNumeric && !whole && (printer.facts(left).maybeNaN || printer.facts(right).maybeNaN);
  const print = (side: Expr): string => (isNumeric && !whole ? printer.number(side) : printer.value(side));

  if (operator !== '===' && operator !== '!==') {
    if (!mayBeNaN) return `(${print(left)} ${plain[operator]} ${print(right)})`;
    return `"skewless".${guarded[operator]}(${printer.boundNumber(left)}, ${printer.boundNumber(right)})`;
  }
  if (!left.nullable && !right.nullable) {
    if (!mayBeNaN) return `(${print(left)} ${plain[operator]} ${print(right)})`;
    return `"skewless".${guarded[operator]}(${printer.boundNumber(left)}, ${printer.boundNumber(right)})`;
  }
  return nullSafe(printer, expr, mayBeNaN, print);
}

function nullSafe(
  printer: ExpressionPrinter,
  { operator, left, right }: CompareExpr,
  mayBeNaN: boolean,
  print: (side: Expr) => string,
): string {
  const negation = operator === '!==';
  if (!mayBeNaN) {
    return `(${print(left)} is ${negation ? '' : 'not '}distinct from ${print(right)})`;
  }
  const a = printer.boundNumber(left);
  const b = printer.boundNumber(right);
  const equal = `(${a} is not distinct from ${b} and ${a} is distinct from 'NaN'::float8)`;
  return negation ? `(not ${equal})` : equal;
}

const isNumber = ({ type }: Expr): boolean =>
  type.kind === 'int' || type.kind === 'decimal' || type.kind === 'double' || type.kind === 'timestamp';

/** Held as bigint on both sides: compared without becoming doubles, with the same answer. */
function isWhole(expr: Expr): boolean {
  switch (expr.kind) {
    case 'literal':
      return Number.isSafeInteger(expr.value);
    case 'column':
    case 'feature':
    case 'instant':
      return expr.type.kind === 'int' || expr.type.kind === 'timestamp';
    default:
      return false;
  }
}
