import type { Expr, FunctionName } from '../../ir/index.ts';
import type { ExpressionPrinter, Fragment } from './expression.ts';
import type { Held } from './literal.ts';

type Printed = (printer: ExpressionPrinter, args: readonly Expr[]) => Fragment;

/** `name(args…)`, all arguments doubles; bound where PostgreSQL would expand the function and copy them. */
const ofNumbers =
  (name: string, copies: boolean): Printed =>
  (printer, args) => ({
    sql: `${name}(${args.map(arg => (copies ? printer.boundNumber(arg) : printer.number(arg))).join(', ')})`,
    held: 'float8',
  });

/** `"skewless".name(args…)`, arguments as their types are held; numbers among them as doubles. */
const kernel =
  (name: string, held: Held): Printed =>
  (printer, args) => {
    const printed = args.map(arg => (isDouble(arg) ? printer.number(arg) : printer.bind(printer.value(arg))));
    return { sql: `"skewless".${name}(${printed.join(', ')})`, held };
  };

const isDouble = ({ type }: Expr): boolean =>
  type.kind === 'int' || type.kind === 'decimal' || type.kind === 'double';

/** Math.min and Math.max of one argument or more. */
const folded =
  (name: string): Printed =>
  (printer, args) => ({
    sql: args
      .map(arg => printer.boundNumber(arg))
      .reduce((left, right) => `"skewless".${name}(${printer.bind(left)}, ${right})`),
    held: 'float8',
  });

const finite: Printed = (printer, [value, otherwise]) => {
  const x = printer.boundNumber(value!);
  const isFinite = `${x} > '-Infinity'::float8 and ${x} < 'Infinity'::float8`;
  return { sql: `(case when ${isFinite} then ${x} else ${printer.number(otherwise!)} end)`, held: 'float8' };
};

/**
 * Instants are bigint µs and zones text. An instant that was captured, or chosen among captured ones, is told as a
 * number: a whole one, as all instants are.
 */
const timeKernel =
  (name: string, held: Held): Printed =>
  (printer, args) => {
    const printed = args.map(arg =>
      printer.bind(isDouble(arg) ? `(${printer.number(arg)})::bigint` : printer.value(arg)),
    );
    return { sql: `"skewless".${name}(${printed.join(', ')})`, held };
  };

/** A clock field is an integer. */
const clockField = (name: string): Printed => timeKernel(name, 'integer');
const startOf = (name: string): Printed => timeKernel(name, 'bigint');
const elapsed = (name: string): Printed => timeKernel(name, 'float8');

/** Every function a lambda may call, as SQL: a new one breaks the build until it stands here. */
export const functionTable: Readonly<Record<FunctionName, Printed>> = {
  abs: ofNumbers('abs', false),
  floor: ofNumbers('floor', false),
  ceil: ofNumbers('ceil', false),
  trunc: ofNumbers('trunc', false),
  round: ofNumbers('"skewless".js_round', true),
  sqrt: ofNumbers('"skewless".js_sqrt', true),
  sign: ofNumbers('"skewless".js_sign', true),
  min: folded('js_min'),
  max: folded('js_max'),
  log: ofNumbers('"skewless".log', false),
  log1p: ofNumbers('"skewless".log1p', false),
  log10: ofNumbers('"skewless".log10', false),
  exp: ofNumbers('"skewless".exp', false),
  pow: ofNumbers('"skewless".pow', false),
  finite,
  startsWith: kernel('text_starts_with', 'boolean'),
  endsWith: kernel('text_ends_with', 'boolean'),
  includes: kernel('text_includes', 'boolean'),
  trim: kernel('text_trim', 'text'),
  textLength: kernel('text_length', 'integer'),
  textSlice: kernel('text_slice', 'text'),
  textBefore: kernel('text_before', 'text'),
  textAfter: kernel('text_after', 'text'),
  textReplace: kernel('text_replace', 'text'),
  asciiLower: kernel('ascii_lower', 'text'),
  asciiUpper: kernel('ascii_upper', 'text'),
  textLess: kernel('text_less', 'boolean'),
  secondsBetween: elapsed('seconds_between'),
  minutesBetween: elapsed('minutes_between'),
  hoursBetween: elapsed('hours_between'),
  daysBetween: elapsed('days_between'),
  calendarDaysBetween: clockField('calendar_days_between'),
  hourOfDay: clockField('hour_of_day'),
  minuteOfHour: clockField('minute_of_hour'),
  dayOfWeek: clockField('day_of_week'),
  dayOfMonth: clockField('day_of_month'),
  monthOfYear: clockField('month_of_year'),
  yearOf: clockField('year_of'),
  startOfHour: startOf('start_of_hour'),
  startOfDay: startOf('start_of_day'),
  startOfWeek: startOf('start_of_week'),
  startOfMonth: startOf('start_of_month'),
  startOfQuarter: startOf('start_of_quarter'),
  startOfYear: startOf('start_of_year'),
};
