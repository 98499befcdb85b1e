import type { Expr } from './expr.ts';
import type { ScalarType } from './types.ts';

/**
 * An expression as one line of text, the same for the same tree: for tests and for people. Every operation is
 * parenthesised; a type stands after a column, feature, local or chosen value, with `?` where it may be null.
 */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'column':
      return `${expr.path.join('.')}${typed(expr)}`;
    case 'feature':
      return `f.${expr.name}${typed(expr)}`;
    case 'instant':
      return 't';
    case 'literal':
      return printConstant(expr.value);
    case 'let':
      return `(let ${expr.name} = ${printExpr(expr.value)}; ${printExpr(expr.body)})`;
    case 'local':
      return `${expr.name}${typed(expr)}`;
    case 'compare':
    case 'logic':
    case 'arithmetic':
      return `(${printExpr(expr.left)} ${expr.operator} ${printExpr(expr.right)})`;
    case 'is-null':
      return `(${printExpr(expr.value)} ${expr.not ? 'is not' : 'is'} null)`;
    case 'not':
      return `!${printExpr(expr.value)}`;
    case 'conditional': {
      const [condition, then, otherwise] = [expr.condition, expr.then, expr.otherwise].map(printExpr);
      return `(${condition} ? ${then} : ${otherwise})${typed(expr)}`;
    }
    case 'coalesce':
      return `(${printExpr(expr.value)} ?? ${printExpr(expr.otherwise)})${typed(expr)}`;
    case 'negate':
      return `-${printExpr(expr.value)}${typed(expr)}`;
    case 'call':
      return `${expr.function}(${expr.args.map(printExpr).join(', ')})`;
    case 'template':
      return `\`${expr.parts.map(part => (typeof part === 'string' ? part : `\${${printExpr(part)}}`)).join('')}\``;
    case 'one-of':
      return `(${printExpr(expr.value)} in [${expr.options.map(printExpr).join(', ')}])`;
  }
}

function typed({ type, nullable }: { readonly type: ScalarType; readonly nullable: boolean }): string {
  return `:${printType(type)}${nullable ? '?' : ''}`;
}

/** `decimal(10,2)`, `enum`, `int`. */
export function printType(type: ScalarType): string {
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind;
}

function printConstant(constant: string | number | boolean | bigint | null): string {
  if (typeof constant === 'string') return JSON.stringify(constant);
  if (typeof constant === 'bigint') return `${constant}n`;
  return Object.is(constant, -0) ? '-0' : String(constant);
}
