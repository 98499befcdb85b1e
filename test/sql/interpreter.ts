// What an expression means, said a second time: the tree evaluated by JavaScript itself.
import * as calendar from '../../kernels/calendar.ts';
import * as elapsed from '../../kernels/elapsed.ts';
import { exp } from '../../kernels/exponential.ts';
import type { Instant } from '../../kernels/instant.ts';
import { log, log10, log1p } from '../../kernels/logarithm.ts';
import { pow } from '../../kernels/power.ts';
import * as text from '../../kernels/text.ts';
import type { CallExpr, Expr } from '../../generator/ir/index.ts';

type Value = number | string | boolean | bigint | null;
type Row = Readonly<Record<string, Value>>;

// The operands are whatever the tree's types say; JavaScript's own operators take it from there.
type Any = never;

export function evaluate(expr: Expr, row: Row, locals: Row = {}): Value {
  const at = (inner: Expr): Value => evaluate(inner, row, locals);
  switch (expr.kind) {
    case 'column':
      return row[expr.path.at(-1)!]!;
    case 'feature':
      return row[expr.name]!;
    case 'instant':
      return row['t']!;
    case 'literal':
      return expr.value;
    case 'local':
      return locals[expr.name]!;
    case 'let':
      return evaluate(expr.body, row, { ...locals, [expr.name]: at(expr.value) });
    case 'compare': {
      const [left, right] = [at(expr.left) as Any, at(expr.right) as Any];
      switch (expr.operator) {
        case '===':
          return left === right;
        case '!==':
          return left !== right;
        case '<':
          return left < right;
        case '<=':
          return left <= right;
        case '>':
          return left > right;
        case '>=':
          return left >= right;
      }
      break;
    }
    case 'is-null':
      return (at(expr.value) === null) !== expr.not;
    case 'logic':
      return expr.operator === '&&'
        ? (at(expr.left) as boolean) && at(expr.right)
        : (at(expr.left) as boolean) || at(expr.right);
    case 'not':
      return !at(expr.value);
    case 'conditional':
      return at(expr.condition) === true ? at(expr.then) : at(expr.otherwise);
    case 'coalesce':
      return at(expr.value) ?? at(expr.otherwise);
    case 'arithmetic': {
      const [left, right] = [at(expr.left) as number, at(expr.right) as number];
      switch (expr.operator) {
        case '+':
          return left + right;
        case '-':
          return left - right;
        case '*':
          return left * right;
        case '/':
          return left / right;
        case '%':
          return left % right;
      }
      break;
    }
    case 'negate':
      return -(at(expr.value) as number);
    case 'call':
      return call(expr, expr.args.map(at));
    case 'template':
      return expr.parts.map(part => (typeof part === 'string' ? part : String(at(part)))).join('');
    case 'one-of':
      return expr.options.map(option => option.value).includes(at(expr.value));
  }
}

function call({ function: name }: CallExpr, args: readonly Value[]): Value {
  const numbers = args as readonly number[];
  const texts = args as readonly string[];
  const [x, y] = numbers as [number, number];
  const [s, part, by] = texts as [string, string, string];
  switch (name) {
    case 'abs':
    case 'floor':
    case 'ceil':
    case 'trunc':
    case 'round':
    case 'sqrt':
    case 'sign':
      return Math[name](x);
    case 'min':
    case 'max':
      return Math[name](...numbers);
    case 'log':
      return log(x);
    case 'log1p':
      return log1p(x);
    case 'log10':
      return log10(x);
    case 'exp':
      return exp(x);
    case 'pow':
      return pow(x, y);
    case 'finite':
      return args[0] !== null && Number.isFinite(x) ? x : y;
    case 'startsWith':
    case 'endsWith':
    case 'includes':
      return s[name](part);
    case 'trim':
      return s.trim();
    case 'textSlice':
      return text.textSlice(s, numbers[1]!, numbers[2]);
    case 'textReplace':
      return text.textReplace(s, part, by);
    case 'textLength':
    case 'asciiLower':
    case 'asciiUpper':
      return text[name](s);
    case 'textBefore':
    case 'textAfter':
    case 'textLess':
      return text[name](s, part);
    case 'secondsBetween':
    case 'minutesBetween':
    case 'hoursBetween':
    case 'daysBetween':
      return elapsed[name](x as Instant, y as Instant);
    case 'calendarDaysBetween':
      return calendar.calendarDaysBetween(x as Instant, y as Instant, texts[2]!);
    default:
      return calendar[name](x as Instant, texts[1]!);
  }
}
