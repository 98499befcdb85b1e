import type { ts } from 'ts-morph';
import type { Code, Diagnostics, ParamsOf, Span } from '../../diagnostics/index.ts';
import type { Captured, Registry } from '../loader/registry.ts';
import type { Scope } from '../scope.ts';
import type { Place } from './value.ts';

/** What lowering needs of the project. */
export interface Lowering {
  readonly checker: ts.TypeChecker;
  readonly registry: Registry;
  readonly spanOf: (node: ts.Node) => Span;
  /** Where TypeScript has found errors: what lies there is not lowered, and no more is said about it. */
  readonly broken: readonly Span[];
  readonly report: Diagnostics;
}

/** The variables of a function while its body is lowered. */
export interface Frame {
  readonly bindings: Map<ts.Symbol, Place>;
  readonly captured: Captured;
  readonly outer: Frame | null;
}

/** A function that is being inlined: its identity, and the call that asked for it. */
export interface Inlining {
  readonly identity: object;
  readonly call: ts.Node | null;
}

/** Thrown where a lambda is refused, after the report has been told. */
export class Refused extends Error {}

/** The lowering of one lambda. */
export class LambdaContext {
  readonly checker: ts.TypeChecker;
  readonly registry: Registry;
  /** The functions around the node in hand, the lambda first. */
  readonly inlining: Inlining[] = [];
  readonly #lowering: Lowering;
  readonly #names = new Set<string>();
  #unreachable = 0;

  constructor(
    lowering: Lowering,
    readonly scope: Scope,
  ) {
    this.#lowering = lowering;
    this.checker = lowering.checker;
    this.registry = lowering.registry;
  }

  /** Reports and gives up what holds the node. */
  refuse<C extends Code>(node: ts.Node, code: C, params: ParamsOf<C>): never {
    if (this.#unreachable > 0) throw new Refused();
    const calls = this.inlining.flatMap(({ call }) => (call === null ? [] : [call]));
    const related = calls.reverse().map(call => ({
      span: this.#lowering.spanOf(call),
      message: 'called from here',
    }));
    this.#lowering.report.add(code, this.#lowering.spanOf(node), params, related);
    throw new Refused();
  }

  /** Gives up in silence where TypeScript has reported the reason. */
  refuseBroken(node: ts.Node): void {
    const span = this.#lowering.spanOf(node);
    const holds = (error: Span): boolean =>
      error.file === span.file && error.start < span.end && span.start < error.end;
    if (this.#lowering.broken.some(holds)) throw new Refused();
  }

  /**
   * Runs what no row comes to, for captured constants decide before it: `limit === undefined || e.n > limit`. Refused,
   * it is null, and nothing is said: it need not mean anything.
   */
  unreachable<T>(step: () => T): T | null {
    this.#unreachable += 1;
    try {
      return step();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return null;
    } finally {
      this.#unreachable -= 1;
    }
  }

  /** Runs all, so that each may report, before it gives up for those that were refused. */
  all<T>(steps: readonly (() => T)[]): T[] {
    const results: T[] = [];
    let refused: Refused | null = null;
    for (const step of steps) {
      try {
        results.push(step());
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused = error;
      }
    }
    if (refused !== null) throw refused;
    return results;
  }

  /** A name for a `let`, unlike any other in this lambda. */
  freshName(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#names.has(name); count++) name = `${wanted}_${count}`;
    this.#names.add(name);
    return name;
  }
}

export function lookUp(frame: Frame, symbol: ts.Symbol): Place | null {
  for (let at: Frame | null = frame; at !== null; at = at.outer) {
    const place = at.bindings.get(symbol);
    if (place !== undefined) return place;
  }
  return null;
}
