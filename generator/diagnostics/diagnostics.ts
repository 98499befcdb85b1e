import { catalog } from './catalog/index.ts';
import type { Code, ParamsOf } from './catalog/index.ts';
import type { Diagnostic, Related, Span } from './diagnostic.ts';
import type { Entry } from './entry.ts';

/** Collects what is found, from every phase; all of it is shown together. */
export class Diagnostics {
  readonly #found = new Map<string, Diagnostic>();

  /**
   * Reports one. The same code and message at the same place counts once.
   * @param span null where it is about the project as a whole
   */
  add<C extends Code>(
    code: C,
    span: Span | null,
    params: ParamsOf<C>,
    related: readonly Related[] = [],
  ): void {
    // A union of entries cannot be called: the code ties the entry to its parameters.
    const { message, hint } = catalog[code] as unknown as Entry<ParamsOf<C>>;
    const found: Diagnostic = {
      code,
      message: message(params),
      span,
      hint: hint?.(params) ?? null,
      related,
    };
    const identity = JSON.stringify([code, span, found.message]);
    if (!this.#found.has(identity)) this.#found.set(identity, found);
  }

  get empty(): boolean {
    return this.#found.size === 0;
  }

  /** All of them, those without a place first, then by file and position. */
  list(): readonly Diagnostic[] {
    return [...this.#found.values()].sort(byPlace);
  }
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.span === null || b.span === null) {
    if (a.span !== b.span) return a.span === null ? -1 : 1;
    return compare(a.code, b.code) || compare(a.message, b.message);
  }
  return (
    compare(a.span.file, b.span.file) ||
    a.span.start - b.span.start ||
    a.span.end - b.span.end ||
    compare(a.code, b.code)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
