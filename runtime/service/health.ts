// Control path: how the servers that the service leans on are doing.
import type { SourceEvents, SourceHealth } from '../sources/source.ts';

export interface Health {
  readonly health: SourceHealth;
  /** What is amiss. */
  readonly detail: string | null;
}

/** The last word of each part: `kafka`, `files`, `redis`, `postgres`. */
export class HealthBoard {
  readonly #parts = new Map<string, Health>();

  /** Where a part is to report. */
  of(part: string): SourceEvents {
    this.#parts.set(part, { health: 'connecting', detail: null });
    return { health: (health, detail) => void this.#parts.set(part, { health, detail }) };
  }

  read(part: string): Health | null {
    return this.#parts.get(part) ?? null;
  }

  all(): Readonly<Record<string, SourceHealth>> {
    return Object.fromEntries([...this.#parts].map(([part, { health }]) => [part, health]));
  }
}
