// Control path: how the SQL twins of the kernels are written down.

/** One function to install in the schema `skewless`. */
export interface SqlFunction {
  /** Without the schema, for instance `js_add`. Overloads share a name. */
  readonly name: string;
  /** A `create or replace function` statement that may be run again at any time. */
  readonly ddl: string;
}

interface Shape {
  readonly name: string;
  /** As SQL writes them: `a float8, b float8`. */
  readonly parameters: string;
  readonly returns: string;
  readonly body: string;
  /** `stable` for what reads the zone table. */
  readonly volatility?: 'immutable' | 'stable';
  /** In units of an operator's; PostgreSQL's default is 100, and it expands no call around a costly argument. */
  readonly cost?: number;
}

/**
 * A function that PostgreSQL expands in place: one expression. It is not STRICT, since PostgreSQL does not
 * expand a STRICT function around CASE or AND; the expression itself gives null for null.
 */
export function inlineFunction(
  name: string,
  parameters: string,
  returns: string,
  expression: string,
): SqlFunction {
  const body = `select ${expression}`;
  return define({ name, parameters, returns, body }, 'sql', '');
}

/** A PL/pgSQL function, null in, null out. */
export function strictFunction(shape: Shape): SqlFunction {
  return define(shape, 'plpgsql', ' strict');
}

/** A PL/pgSQL function that sees its nulls. */
export function nullableFunction(shape: Shape): SqlFunction {
  return define(shape, 'plpgsql', '');
}

function define(
  { name, parameters, returns, body, volatility, cost }: Shape,
  language: string,
  strict: string,
): SqlFunction {
  const head = `create or replace function "skewless"."${name}"(${parameters}) returns ${returns}`;
  const traits = `language ${language} ${volatility ?? 'immutable'} parallel safe${strict}${cost === undefined ? '' : ` cost ${cost}`}`;
  return { name, ddl: `${head}\n${traits} as $kernel$\n${body.trim()}\n$kernel$` };
}
