/**
 * Names for sub-expressions that are used more than once: each becomes a LATERAL subquery that computes it
 * once a row. Every expression is total, so it may be computed earlier than the source text would have.
 *
 * `offset 0` keeps PostgreSQL from copying the expression back into every place that uses it.
 */
export class Layers {
  readonly #prefix: string;
  readonly #names = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** A reference to the value of `sql`; itself where it is a name or a literal already. */
  bind(sql: string): string {
    if (isCheap(sql)) return sql;
    let name = this.#names.get(sql);
    if (name === undefined) {
      name = `${this.#prefix}${this.#names.size}`;
      this.#names.set(sql, name);
    }
    return `"${name}"."v"`;
  }

  /** `cross join lateral …` for each, in the order in which they need each other. */
  joins(): readonly string[] {
    return [...this.#names].map(
      ([sql, name]) => `cross join lateral (select ${sql} as "v" offset 0) as "${name}"`,
    );
  }
}

/** A column, a literal, or one of them cast or collated. */
function isCheap(sql: string): boolean {
  return /^\(?("?\w+"?\."[\w#=]+"|\d+(\.\d+)?(e[+-]?\d+)?|'[^']*'|null|true|false)\)?(::\w+)?( collate "C")?$/.test(
    sql,
  );
}
