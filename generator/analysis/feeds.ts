import { columnOf } from '../../dsl/index.ts';
import type { AnyLambda, SourceView } from '../../dsl/index.ts';
import { canonicalJson } from '../ir/canonical.ts';
import type { ColumnExpr, EntityKey, Expr, FeedPlan, SourcePlan } from '../ir/index.ts';
import type { Span } from '../diagnostics/index.ts';
import type { Scope } from '../frontend/index.ts';
import type { Context } from './context.ts';
import type { Sources } from './sources.ts';
import { isSameKey, typeName } from './types.ts';

/** A list that holds each expression once and tells its place. */
class Expressions {
  readonly list: Expr[] = [];
  readonly #places = new Map<string, number>();

  place(expr: Expr): number {
    const form = canonicalJson(expr);
    const known = this.#places.get(form);
    if (known !== undefined) return known;
    this.#places.set(form, this.list.length);
    return this.list.push(expr) - 1;
  }
}

interface OpenFeed {
  readonly index: number;
  readonly source: SourcePlan;
  readonly keys: readonly Expr[];
  readonly inputs: Expressions;
  readonly filters: Expressions;
}

/** The feeds of one group: a source and a way to find keys in it, with the lambdas of its features, each once. */
export class Feeds {
  readonly #open = new Map<string, OpenFeed>();

  constructor(
    readonly context: Context,
    readonly sources: Sources,
    readonly entity: { readonly name: string; readonly keys: readonly EntityKey[] },
  ) {}

  get plans(): readonly FeedPlan[] {
    return [...this.#open.values()].map(({ source, keys, inputs, filters }) => ({
      source: source.name,
      keys,
      inputs: inputs.list,
      filters: filters.list,
    }));
  }

  /** The feed for a source; null when its keys cannot be found, which has been reported. */
  feedOf(view: SourceView, at: object): OpenFeed | null {
    const source = this.sources.planOf(view);
    const keys = this.#keys(view, source, at);
    if (keys === null) return null;
    const identity = canonicalJson([source.name, keys]);
    const known = this.#open.get(identity);
    if (known) return known;
    const opened = {
      index: this.#open.size,
      source,
      keys,
      inputs: new Expressions(),
      filters: new Expressions(),
    };
    this.#open.set(identity, opened);
    return opened;
  }

  /** The place of an input among the feed's; null when it cannot be lowered. */
  input(
    feed: OpenFeed,
    lambda: AnyLambda,
    at: Span | null,
  ): { readonly place: number; readonly expr: Expr } | null {
    const expr = this.#inputExpr(feed.source, lambda, at);
    return expr === null ? null : { place: feed.inputs.place(expr), expr };
  }

  filter(feed: OpenFeed, lambda: AnyLambda, at: Span | null): number | null {
    const expr = this.context.project.lowerLambda(lambda, scopeOf(feed.source), this.context.report, at);
    return expr === null ? null : feed.filters.place(expr);
  }

  #inputExpr(source: SourcePlan, lambda: AnyLambda, at: Span | null): Expr | null {
    const column = columnOf.get(lambda);
    if (column === undefined)
      return this.context.project.lowerInput(lambda, scopeOf(source), this.context.report, at);
    const found = source.columns.find(({ name }) => name === column);
    return found ? columnExpr(found, [column]) : null;
  }

  #keys(view: SourceView, source: SourcePlan, at: object): Expr[] | null {
    const keys: Expr[] = [];
    for (const key of this.entity.keys) {
      const lambda = view.keys?.[key.name];
      const expr = lambda
        ? this.context.project.lowerInput(
            lambda,
            scopeOf(source),
            this.context.report,
            this.context.project.spanOf(at),
          )
        : this.#keyByName(source, key.name, at);
      if (expr === null) return null;
      if (!isSameKey(expr.type, key.type)) {
        this.context.problem('SK408', at, {
          key: key.name,
          wanted: typeName(key.type),
          got: typeName(expr.type),
        });
        return null;
      }
      keys.push(expr);
    }
    return keys;
  }

  #keyByName(source: SourcePlan, name: string, at: object): Expr | null {
    const column = source.columns.find(each => each.name === name);
    if (!column) {
      this.context.problem('SK407', at, { key: name, entity: this.entity.name, source: source.name });
      return null;
    }
    if (source.kind !== 'changes') return columnExpr(column, [name]);
    const value = columnExpr({ ...column, nullable: true }, ['after', name]);
    const otherwise = columnExpr({ ...column, nullable: true }, ['before', name]);
    return { kind: 'coalesce', value, otherwise, type: column.type, nullable: true };
  }
}

/** What a lambda over this source sees. */
function scopeOf(source: SourcePlan): Scope {
  return { kind: source.kind === 'changes' ? 'change' : 'row', columns: source.columns };
}

function columnExpr(
  column: { readonly type: ColumnExpr['type']; readonly nullable: boolean },
  path: ColumnExpr['path'],
): ColumnExpr {
  return { kind: 'column', path, type: column.type, nullable: column.nullable };
}
