import type { Expr, LetExpr, OneOfExpr, TemplateExpr } from '../../ir/index.ts';
import { arithmetic } from './arithmetic.ts';
import { compare } from './comparison.ts';
import { factsOf } from './facts.ts';
import type { LocalFacts, NumberFacts } from './facts.ts';
import { functionTable } from './functions.ts';
import type { Layers } from './layers.ts';
import { heldAs, literalAs, textLiteral } from './literal.ts';
import type { Held } from './literal.ts';

/** Where the names in an expression live in the query around it. */
export interface Scope {
  /** The column's value as its type is held: instants as bigint µs, uuid as text. */
  readonly column: (path: readonly string[], expr: Expr) => string;
  readonly feature: (name: string) => string;
  readonly instant: string;
  /** A feature that is a decimal has become a double; a decimal column is numeric. */
  readonly decimals: 'numeric' | 'float8';
  readonly layers: Layers;
}

export interface Fragment {
  readonly sql: string;
  readonly held: Held;
}

/**
 * Prints an expression as SQL with JavaScript's meaning. It never raises, whatever the row; null comes out only
 * where the tree says so. Fragments are safe to place anywhere: they bind tighter than any operator.
 */
export class ExpressionPrinter {
  readonly #scope: Scope;
  readonly #locals: ReadonlyMap<string, Fragment>;
  readonly #facts: LocalFacts;

  constructor(
    scope: Scope,
    locals: ReadonlyMap<string, Fragment> = new Map(),
    facts: LocalFacts = new Map(),
  ) {
    this.#scope = scope;
    this.#locals = locals;
    this.#facts = facts;
  }

  /** The value as its type is held. */
  value(expr: Expr): string {
    return this.print(expr).sql;
  }

  /** The value as a double: what it is wherever arithmetic or comparison touches it. */
  number(expr: Expr): string {
    switch (expr.kind) {
      case 'literal':
        return literalAs(expr.value, 'float8');
      case 'conditional':
        return this.#conditional(expr, branch => this.number(branch));
      case 'coalesce':
        return `coalesce(${this.number(expr.value)}, ${this.number(expr.otherwise)})`;
      case 'negate':
        return `(- ${this.number(expr.value)})`;
      case 'let':
        return this.#inside(expr).number(expr.body);
      default: {
        const { sql, held } = this.print(expr);
        return held === 'float8' ? sql : `${sql}::float8`;
      }
    }
  }

  /** As `number`, under a name where the text would be used more than once. */
  boundNumber(expr: Expr): string {
    return this.#scope.layers.bind(this.number(expr));
  }

  facts(expr: Expr): NumberFacts {
    return factsOf(expr, this.#facts);
  }

  print(expr: Expr): Fragment {
    const held = this.#held(expr);
    switch (expr.kind) {
      case 'column':
        return { sql: this.#scope.column(expr.path, expr), held };
      case 'feature':
        return { sql: this.#scope.feature(expr.name), held };
      case 'instant':
        return { sql: this.#scope.instant, held };
      case 'literal':
        return { sql: literalAs(expr.value, held), held };
      case 'local': {
        const local = this.#locals.get(expr.name);
        if (local === undefined) throw new Error(`the local ${expr.name} is not bound`);
        return local;
      }
      case 'let':
        return this.#inside(expr).print(expr.body);
      case 'compare':
        return boolean(compare(this, expr));
      case 'is-null':
        return boolean(`(${this.value(expr.value)} is ${expr.not ? 'not ' : ''}null)`);
      case 'logic':
        return boolean(
          `(${this.value(expr.left)} ${expr.operator === '&&' ? 'and' : 'or'} ${this.value(expr.right)})`,
        );
      case 'not':
        return boolean(`(not ${this.value(expr.value)})`);
      case 'conditional':
        return { sql: this.#conditional(expr, branch => this.#as(branch, held)), held };
      case 'coalesce':
        return { sql: `coalesce(${this.#as(expr.value, held)}, ${this.#as(expr.otherwise, held)})`, held };
      case 'arithmetic':
        return { sql: arithmetic(this, expr), held: 'float8' };
      case 'negate':
        return { sql: `(- ${this.#as(expr.value, held)})`, held };
      case 'call':
        return functionTable[expr.function](this, expr.args);
      case 'template':
        return { sql: this.#template(expr), held: 'text' };
      case 'one-of':
        return boolean(this.#oneOf(expr));
    }
  }

  bind(sql: string): string {
    return this.#scope.layers.bind(sql);
  }

  #held(expr: Expr): Held {
    const held = heldAs(expr.type);
    return held === 'numeric' ? this.#scope.decimals : held;
  }

  /** A branch in the holding of the whole: int and decimal literals and columns meet there. */
  #as(expr: Expr, held: Held): string {
    if (held === 'float8') return this.number(expr);
    if (expr.kind === 'literal') return literalAs(expr.value, held);
    const printed = this.print(expr);
    return printed.held === held ? printed.sql : `${printed.sql}::${held}`;
  }

  #conditional(expr: Extract<Expr, { kind: 'conditional' }>, branch: (expr: Expr) => string): string {
    return `(case when ${this.value(expr.condition)} then ${branch(expr.then)} else ${branch(expr.otherwise)} end)`;
  }

  #inside({ name, value }: LetExpr): ExpressionPrinter {
    const { sql, held } = this.print(value);
    return new ExpressionPrinter(
      this.#scope,
      new Map(this.#locals).set(name, { sql: this.bind(sql), held }),
      new Map(this.#facts).set(name, this.facts(value)),
    );
  }

  #template(expr: TemplateExpr): string {
    const parts = expr.parts.map(part => {
      if (typeof part === 'string') return textLiteral(part);
      const { sql, held } = this.print(part);
      const text = held === 'text' ? sql : `${held === 'float8' ? `(${sql} + 0)` : sql}::text`;
      return part.nullable ? `coalesce(${text}, 'null')` : text;
    });
    return parts.length === 0 ? `''::text` : `(${parts.join(' || ')} || '')`;
  }

  #oneOf({ value, options }: OneOfExpr): string {
    const given = options.filter(option => option.value !== null);
    const takesNull = given.length < options.length;
    const type = value.type.kind;
    const isWhole =
      (type === 'int' || type === 'timestamp') && given.every(({ value: v }) => Number.isSafeInteger(v));
    const isNumber =
      !isWhole && (type === 'int' || type === 'decimal' || type === 'double' || type === 'timestamp');
    const sql = isNumber ? this.number(value) : this.value(value);
    const list = given.map(option =>
      isNumber ? this.number(option) : literalAs(option.value, heldAs(value.type)),
    );
    const among = list.length === 0 ? 'false' : `${sql} in (${list.join(', ')})`;
    if (takesNull) return `(${sql} is null or ${among})`;
    return value.nullable ? `coalesce(${among}, false)` : `(${among})`;
  }
}

const boolean = (sql: string): Fragment => ({ sql, held: 'boolean' });
