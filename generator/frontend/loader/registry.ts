import type { ts } from 'ts-morph';

/** The values of a function's free variables, each read when it is asked for. */
export type Captured = Readonly<Record<string, () => unknown>>;

/** Where a value was made. */
export interface Site {
  /** The function, call, `new` or object literal. */
  readonly node: ts.Node;
  /** Of a function. */
  readonly captured?: () => Captured;
  /** Of an object literal: what was spread into it, in order. */
  readonly spreads?: readonly Spread[];
}

export interface Spread {
  readonly node: ts.SpreadAssignment;
  readonly value: unknown;
}

interface Frame {
  readonly node: ts.Node;
  readonly spreads: Spread[];
}

/**
 * What one run of the feature modules leaves behind. Instrumented code reports here: functions with their free
 * variables, and the objects that calls, `new` and literals yield. First registration wins, so that a value
 * belongs to the call that made it and not to one that passed it on.
 */
export class Registry {
  readonly #sites = new WeakMap<object, Site>();
  readonly #made: object[] = [];
  #frames: Frame[] = [];
  #statement: ts.Node | null = null;

  /** What calls, `new` and literals have yielded, each once, in that order. */
  get made(): readonly object[] {
    return this.#made;
  }

  siteOf(value: object): Site | undefined {
    return this.#sites.get(value);
  }

  /** Where execution stands: the innermost call begun and not ended, else the statement; null before any. */
  get position(): ts.Node | null {
    return this.#frames.at(-1)?.node ?? this.#statement;
  }

  /** Forgets where execution stood. */
  restart(): void {
    this.#frames = [];
    this.#statement = null;
  }

  beginStatement(node: ts.Node): void {
    this.#frames = [];
    this.#statement = node;
  }

  enter(node: ts.Node): number {
    return this.#frames.push({ node, spreads: [] }) - 1;
  }

  spread(node: ts.SpreadAssignment, value: unknown): void {
    this.#frames.at(-1)?.spreads.push({ node, value });
  }

  leave(depth: number, value: unknown): void {
    const frame = this.#frames[depth];
    this.#frames.length = Math.min(this.#frames.length, depth);
    if (frame === undefined || value === null || typeof value !== 'object' || this.#sites.has(value)) return;
    this.#sites.set(value, frame);
    this.#made.push(value);
  }

  addFunction(value: object, node: ts.Node, captured: () => Captured): void {
    if (!this.#sites.has(value)) this.#sites.set(value, { node, captured });
  }
}

/** A module while it runs: its place in the registry's world, and its nodes by number. */
interface RunningModule {
  readonly registry: Registry;
  readonly nodes: readonly ts.Node[];
}

const running = new Map<number, RunningModule>();
let lastModule = 0;

/** Admits a module; instrumented code names it by the number. */
export function openModule(registry: Registry, nodes: readonly ts.Node[]): number {
  running.set(++lastModule, { registry, nodes });
  return lastModule;
}

/** What instrumented code does afterwards, in lambdas that someone calls, is no longer recorded. */
export function closeModule(number: number): void {
  running.delete(number);
}

/** The names that instrumented code calls. `m` is a module's number, `n` that of a node in it. */
export const hooks = {
  statement(m: number, n: number): void {
    const module = running.get(m);
    module?.registry.beginStatement(module.nodes[n]!);
  },
  enter(m: number, n: number): number {
    const module = running.get(m);
    return module === undefined ? -1 : module.registry.enter(module.nodes[n]!);
  },
  leave<T>(m: number, depth: number, value: T): T {
    running.get(m)?.registry.leave(depth, value);
    return value;
  },
  spread<T>(m: number, n: number, value: T): T {
    const module = running.get(m);
    module?.registry.spread(module.nodes[n] as ts.SpreadAssignment, value);
    return value;
  },
  lambda<T extends object>(m: number, n: number, value: T, captured: () => Captured): T {
    const module = running.get(m);
    module?.registry.addFunction(value, module.nodes[n]!, captured);
    return value;
  },
  /** An object literal with methods: `[name, node, free variables]` of each. */
  methods<T extends Readonly<Record<string, unknown>>>(
    m: number,
    value: T,
    methods: readonly (readonly [string, number, () => Captured])[],
  ): T {
    for (const [name, n, captured] of methods) {
      const method = value[name];
      if (typeof method === 'function') hooks.lambda(m, n, method, captured);
    }
    return value;
  },
};
