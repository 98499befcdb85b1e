import { quote } from '../../emit/file.ts';
import type { Expr, FunctionName, LiteralExpr } from '../../ir/index.ts';
import { typeScriptType } from './types.ts';

/** Where a lambda's free names are found in the generated code. */
export interface Scope {
  /** The row in hand; null where there is none. */
  readonly row: string | null;
  feature(name: string): string;
  /** Told of each name of the ABI that the text uses. */
  use(name: string): string;
}

/** Prints a lambda's body as the JavaScript it was lowered from means it. */
export function printExpr(expr: Expr, scope: Scope): string {
  const print = (inner: Expr): string => printExpr(inner, scope);
  /** An operand: parenthesised unless it is a word, and known not to be null. */
  const operand = (inner: Expr): string => {
    const text = print(inner);
    const wrapped =
      /^[\w.$]+$/.test(text) || /^'[^']*'$/.test(text) || /^[\w.]+\([^()]*\)$/.test(text)
        ? text
        : `(${text})`;
    return inner.nullable && inner.kind !== 'literal' ? `${wrapped}!` : wrapped;
  };
  /** The same where null is welcome. */
  const either = (inner: Expr): string => operand(inner).replace(/!$/, '');
  switch (expr.kind) {
    case 'column':
      return printColumn(expr.path, expr.nullable, scope);
    case 'feature':
      return scope.feature(expr.name);
    case 'instant':
      return 't';
    case 'literal':
      return printLiteral(expr);
    case 'local':
      return expr.name;
    case 'let': {
      const type = typeScriptType(expr.value.type, expr.value.nullable);
      const result = typeScriptType(expr.type, expr.nullable);
      return `((${expr.name}: ${type}): ${result} => ${print(expr.body)})(${print(expr.value)})`;
    }
    case 'compare':
      if (expr.operator === '===' || expr.operator === '!==') {
        return `${either(expr.left)} ${expr.operator} ${either(expr.right)}`;
      }
      return `${operand(expr.left)} ${expr.operator} ${operand(expr.right)}`;
    case 'is-null':
      return `${either(expr.value)} ${expr.not ? '!==' : '==='} null`;
    case 'logic':
      return `${operand(expr.left)} ${expr.operator} ${operand(expr.right)}`;
    case 'not':
      return `!${operand(expr.value)}`;
    case 'conditional':
      return `${operand(expr.condition)} ? ${either(expr.then)} : ${either(expr.otherwise)}`;
    case 'coalesce':
      return `${either(expr.value)} ?? ${either(expr.otherwise)}`;
    case 'arithmetic': {
      const text = `${operand(expr.left)} ${expr.operator} ${operand(expr.right)}`;
      return guarded(expr.nullable, [expr.left, expr.right], text, either);
    }
    case 'negate':
      return guarded(expr.nullable, [expr.value], `-${operand(expr.value)}`, either);
    case 'call':
      if (expr.function === 'finite')
        return `${scope.use('finite')}(${print(expr.args[0]!)}, ${print(expr.args[1]!)})`;
      return printCall(expr.function, expr.args.map(operand), expr.args.map(print), scope);
    case 'template':
      return `\`${expr.parts.map(part => (typeof part === 'string' ? templateText(part) : `\${${print(part)}}`)).join('')}\``;
    case 'one-of':
      return printOneOf(either(expr.value), expr.options);
  }
}

/** Null where an operand is null, if the node says that it may be. */
function guarded(
  nullable: boolean,
  operands: readonly Expr[],
  text: string,
  either: (e: Expr) => string,
): string {
  const tests = nullable
    ? operands.filter(inner => inner.nullable).map(inner => `${either(inner)} === null`)
    : [];
  return tests.length === 0 ? text : `${tests.join(' || ')} ? null : ${text}`;
}

function printColumn(path: readonly string[], nullable: boolean, scope: Scope): string {
  const [first, second] = path;
  if (second === undefined) return `${scope.row}${access(first!)}`;
  const image = `${scope.row}${access(first!)}`;
  return nullable ? `(${image} === null ? null : ${image}${access(second)})` : `${image}!${access(second)}`;
}

/** `.name`, or `['odd name']`. */
export function access(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${quote(name)}]`;
}

export function printLiteral({ value }: Pick<LiteralExpr, 'value'>): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function printOneOf(value: string, options: readonly LiteralExpr[]): string {
  const literals = options.map(printLiteral);
  if (literals.length > 0 && literals.length <= 8 && /^[\w.$]+$/.test(value)) {
    return literals.map(literal => `${value} === ${literal}`).join(' || ');
  }
  return `([${literals.join(', ')}] as readonly unknown[]).includes(${value})`;
}

function templateText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${');
}

type Form = 'math' | 'method' | 'kernel';

/** How each function is written. */
const forms: Readonly<Record<Exclude<FunctionName, 'finite'>, Form>> = {
  abs: 'math',
  floor: 'math',
  ceil: 'math',
  trunc: 'math',
  round: 'math',
  sqrt: 'math',
  sign: 'math',
  min: 'math',
  max: 'math',
  log: 'kernel',
  log1p: 'kernel',
  log10: 'kernel',
  exp: 'kernel',
  pow: 'kernel',
  startsWith: 'method',
  endsWith: 'method',
  includes: 'method',
  trim: 'method',
  textLength: 'kernel',
  textSlice: 'kernel',
  textBefore: 'kernel',
  textAfter: 'kernel',
  textReplace: 'kernel',
  asciiLower: 'kernel',
  asciiUpper: 'kernel',
  textLess: 'kernel',
  secondsBetween: 'kernel',
  minutesBetween: 'kernel',
  hoursBetween: 'kernel',
  daysBetween: 'kernel',
  calendarDaysBetween: 'kernel',
  hourOfDay: 'kernel',
  minuteOfHour: 'kernel',
  dayOfWeek: 'kernel',
  dayOfMonth: 'kernel',
  monthOfYear: 'kernel',
  yearOf: 'kernel',
  startOfHour: 'kernel',
  startOfDay: 'kernel',
  startOfWeek: 'kernel',
  startOfMonth: 'kernel',
  startOfQuarter: 'kernel',
  startOfYear: 'kernel',
};

function printCall(
  name: Exclude<FunctionName, 'finite'>,
  operands: readonly string[],
  args: readonly string[],
  scope: Scope,
): string {
  const list = args.map((arg, i) => (operands[i]!.endsWith('!') ? operands[i]! : arg));
  switch (forms[name]) {
    case 'math':
      return `Math.${name}(${list.join(', ')})`;
    case 'method':
      return `${operands[0]}.${name}(${list.slice(1).join(', ')})`;
    case 'kernel':
      return `${scope.use(name)}(${list.join(', ')})`;
  }
}
