import type { ScalarType } from './types.ts';

/**
 * A lambda, lowered: a typed tree with JavaScript's meaning. Every backend prints it, none changes it.
 *
 * What a node's `type` and `nullable` promise: evaluated on any row that the schema admits, the node yields
 * a value of that type, or null only where `nullable` is true. A number inside a lambda is a double: `int`
 * and `decimal` columns stand for their nearest double wherever arithmetic or comparison touches them.
 * Every node is total: it yields NaN, an infinity or null where others would raise, so that a backend may
 * evaluate it earlier than the source text would have.
 *
 * JavaScript's `undefined` does not exist here: the front end refuses the places where it could be told
 * from null.
 */
export type Expr =
  | ColumnExpr
  | FeatureExpr
  | InstantExpr
  | LiteralExpr
  | LetExpr
  | LocalExpr
  | CompareExpr
  | IsNullExpr
  | LogicExpr
  | NotExpr
  | ConditionalExpr
  | CoalesceExpr
  | ArithmeticExpr
  | NegateExpr
  | CallExpr
  | TemplateExpr
  | OneOfExpr;

interface Typed {
  readonly type: ScalarType;
  readonly nullable: boolean;
}

/** A column of the row: `e.amount`, or `e.after.amount` of a change event (`path: ['after', 'amount']`). */
export interface ColumnExpr extends Typed {
  readonly kind: 'column';
  readonly path: readonly [string] | readonly ['before' | 'after', string];
}

/** A feature of the same read, in a derived lambda; or a request-time input, in a vector's. */
export interface FeatureExpr extends Typed {
  readonly kind: 'feature';
  readonly name: string;
}

/** The instant of the read, in a derived lambda. */
export interface InstantExpr extends Typed {
  readonly kind: 'instant';
}

/** A constant; null has the type its place asks for. Doubles may be any finite number; -0 keeps its sign. */
export interface LiteralExpr extends Typed {
  readonly kind: 'literal';
  readonly value: string | number | boolean | bigint | null;
}

/** `const name = value` before `body`. Names are unique within one lambda. */
export interface LetExpr extends Typed {
  readonly kind: 'let';
  readonly name: string;
  readonly value: Expr;
  readonly body: Expr;
}

export interface LocalExpr extends Typed {
  readonly kind: 'local';
  readonly name: string;
}

export type CompareOperator = '===' | '!==' | '<' | '<=' | '>' | '>=';

/**
 * JavaScript's comparison; never null. Both sides are comparable: two numbers (int, decimal, double or
 * timestamp, as doubles), two bigints, two texts (text, enum or uuid; `===` and `!==` only), two booleans
 * (`===` and `!==` only). For `===` and `!==` either side may be null, and null equals null alone. For the
 * others neither is. NaN is as in JavaScript.
 */
export interface CompareExpr extends Typed {
  readonly kind: 'compare';
  readonly operator: CompareOperator;
  readonly left: Expr;
  readonly right: Expr;
}

/** `value === null`, `value == null`; with `not` the opposite. */
export interface IsNullExpr extends Typed {
  readonly kind: 'is-null';
  readonly value: Expr;
  readonly not: boolean;
}

/** `&&`, `||` of two booleans, neither of them null. */
export interface LogicExpr extends Typed {
  readonly kind: 'logic';
  readonly operator: '&&' | '||';
  readonly left: Expr;
  readonly right: Expr;
}

/** `!value` of a boolean that is not null. */
export interface NotExpr extends Typed {
  readonly kind: 'not';
  readonly value: Expr;
}

/** `condition ? then : otherwise`; also an `if … return`. The condition is a boolean that is not null. */
export interface ConditionalExpr extends Typed {
  readonly kind: 'conditional';
  readonly condition: Expr;
  readonly then: Expr;
  readonly otherwise: Expr;
}

/** `value ?? otherwise`. */
export interface CoalesceExpr extends Typed {
  readonly kind: 'coalesce';
  readonly value: Expr;
  readonly otherwise: Expr;
}

/**
 * IEEE double arithmetic, operands not null (where the tree says nullable, null gives null). `%` has two
 * operands known to be integers below 2^53 in magnitude and JavaScript's sign rule; x % 0 is NaN.
 */
export interface ArithmeticExpr extends Typed {
  readonly kind: 'arithmetic';
  readonly operator: '+' | '-' | '*' | '/' | '%';
  readonly left: Expr;
  readonly right: Expr;
}

/** `-value` of a number; a bare int or decimal column keeps its type. */
export interface NegateExpr extends Typed {
  readonly kind: 'negate';
  readonly value: Expr;
}

/** A function every side has: the total table that a backend must fill. */
export type FunctionName =
  // Math.*, of doubles
  | 'abs'
  | 'floor'
  | 'ceil'
  | 'trunc'
  | 'round'
  | 'sqrt'
  | 'sign'
  | 'min'
  | 'max'
  // kernels of doubles
  | 'log'
  | 'log1p'
  | 'log10'
  | 'exp'
  | 'pow'
  // finite(x, otherwise): x where it is a finite number, otherwise where it is not, or is null
  | 'finite'
  // String.prototype, (text, text) → boolean, trim (text) → text
  | 'startsWith'
  | 'endsWith'
  | 'includes'
  | 'trim'
  // text kernels
  | 'textLength'
  | 'textSlice'
  | 'textBefore'
  | 'textAfter'
  | 'textReplace'
  | 'asciiLower'
  | 'asciiUpper'
  | 'textLess'
  // time kernels: instants are µs, zones are text literals
  | 'secondsBetween'
  | 'minutesBetween'
  | 'hoursBetween'
  | 'daysBetween'
  | 'calendarDaysBetween'
  | 'hourOfDay'
  | 'minuteOfHour'
  | 'dayOfWeek'
  | 'dayOfMonth'
  | 'monthOfYear'
  | 'yearOf'
  | 'startOfHour'
  | 'startOfDay'
  | 'startOfWeek'
  | 'startOfMonth'
  | 'startOfQuarter'
  | 'startOfYear';

/**
 * A call. min and max take one argument or more, of which NaN wins; all else as declared in `kernels/`.
 * No argument is null, but the first of `finite`.
 */
export interface CallExpr extends Typed {
  readonly kind: 'call';
  readonly function: FunctionName;
  readonly args: readonly Expr[];
}

/** `${a}-${b}`: texts and whole numbers (int, bigint, text, enum, uuid, boolean); null prints as `null`. */
export interface TemplateExpr extends Typed {
  readonly kind: 'template';
  readonly parts: readonly (string | Expr)[];
}

/** `[a, b, c].includes(value)`: never null. The options are literals of one type; null may be among them. */
export interface OneOfExpr extends Typed {
  readonly kind: 'one-of';
  readonly value: Expr;
  readonly options: readonly LiteralExpr[];
}
