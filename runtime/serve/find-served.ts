import { suggestion } from '../../kernels/nearest.ts';
import { ServeError } from './errors.ts';
import type { Served, ServingPlan } from './plan.ts';

/** Finds what has been made once for each group and each vector. */
export class ServedTable<T> {
  readonly #groups = new Map<string, T>();
  readonly #vectors = new Map<string, T>();

  constructor(plan: ServingPlan, make: (served: Served) => T) {
    for (const served of plan.served) this.#of(served.kind).set(served.name, make(served));
  }

  /** @throws ServeError naming the nearest */
  get(kind: Served['kind'], name: string): T {
    const found = this.#of(kind).get(name);
    if (found !== undefined) return found;
    throw unknownName(
      kind,
      name,
      [...this.#of(kind).keys()],
      this.#of(kind === 'group' ? 'vector' : 'group').has(name),
    );
  }

  #of(kind: Served['kind']): Map<string, T> {
    return kind === 'group' ? this.#groups : this.#vectors;
  }
}

function unknownName(
  kind: Served['kind'],
  name: string,
  known: readonly string[],
  isTheOther: boolean,
): ServeError {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  const hint = isTheOther
    ? `'${name}' is a ${kind === 'group' ? 'vector' : 'group'}`
    : (suggestion(name, known) ?? `there are ${known.length === 0 ? 'none' : known.length}`);
  return new ServeError('unknown_name', `there is no ${kind} '${shown}'`, { hint });
}
