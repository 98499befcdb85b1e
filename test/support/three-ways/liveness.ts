import type { Session, Value, Values } from './read.ts';
import { readsOf } from './read.ts';

/** Which values every feature had: one that is always the same has been compared without proving much. */
export class Liveness {
  readonly #seen = new Map<string, Set<string>>();

  see(session: Session, values: readonly Values[]): void {
    for (const [i, read] of readsOf(session).entries()) {
      for (const [feature, value] of Object.entries(values[i]!)) {
        const name = `${read.name}.${feature}`;
        const seen = this.#seen.get(name) ?? new Set();
        this.#seen.set(name, seen);
        if (seen.size < 2) seen.add(textOf(value));
      }
    }
  }

  /** Features that had one value only. */
  dead(): string[] {
    return [...this.#seen].flatMap(([name, values]) => (values.size < 2 ? [name] : []));
  }

  get features(): number {
    return this.#seen.size;
  }
}

function textOf(value: Value): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}
