// Hot path: `wants` is asked at every read. The rest sees one answer in so many.
import type { InnerValue } from '../client/transport.ts';
import type { Served, ServedFeature, ServedType, ServingPlan } from '../serve/plan.ts';
import { ValueWindow } from './value-window.ts';
import type { ValueStatistics } from './value-window.ts';

export interface ServedValuesOptions {
  /** One answer in so many is looked at; fewer where answers come so fast that it would be felt. */
  readonly every: number;
  /** Of how long the statistics are, µs. */
  readonly window: number;
  /** µs. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Samples nearer to each other than this, µs, are more than statistics need: about a thousand a second are enough. */
const CROWDED = 1000;
const THINNEST = 1024;

export interface FeatureStatistics extends ValueStatistics {
  readonly served: string;
  readonly feature: string;
  /** Whether its values are numbers or flags, and so have a mean and quantiles. */
  readonly numeric: boolean;
}

interface Watched {
  readonly feature: ServedFeature;
  readonly window: ValueWindow;
}

/** What served values have been like lately, from a random sample of the answers. */
export class ServedValues {
  readonly #every: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #watched: ReadonlyMap<string, readonly Watched[]>;
  #skip: number;
  /** Times `every`: how much rarer samples are while they would crowd. */
  #thinning = 1;
  #sampledAt = -Infinity;

  constructor({ served }: Pick<ServingPlan, 'served'>, { every, window, now, random }: ServedValuesOptions) {
    this.#every = every;
    this.#now = now;
    this.#random = random;
    const watch = ({ features }: Served): Watched[] =>
      features.map(feature => ({ feature, window: new ValueWindow(window) }));
    this.#watched = new Map(served.map(each => [each.name, watch(each)]));
    this.#skip = this.#gap();
  }

  /** Whether the values of this answer are to be handed over. */
  wants(): boolean {
    this.#skip -= 1;
    if (this.#skip > 0) return false;
    const now = this.#now();
    const since = now - this.#sampledAt;
    this.#sampledAt = now;
    if (since < CROWDED) this.#thinning = Math.min(this.#thinning * 2, THINNEST);
    else if (since > 4 * CROWDED) this.#thinning = Math.max(this.#thinning / 2, 1);
    this.#skip = this.#gap();
    return true;
  }

  observe(served: string, values: Readonly<Record<string, InnerValue>>): void {
    const now = this.#now();
    for (const { feature, window } of this.#watched.get(served) ?? []) {
      const value = values[feature.name];
      if (value === null || value === undefined) window.addNull(now);
      else {
        const number = isNumeric(feature.type) ? Number(value) : NaN;
        if (Number.isFinite(number)) window.addNumber(number, now);
        else window.addOther(now);
      }
    }
  }

  statistics(): FeatureStatistics[] {
    const now = this.#now();
    return [...this.#watched].flatMap(([served, watched]) =>
      watched.map(({ feature, window }) => ({
        served,
        feature: feature.name,
        numeric: isNumeric(feature.type),
        ...window.statistics(now),
      })),
    );
  }

  /** Random, so that of reads which come in a rhythm not always the same ones are taken. */
  #gap(): number {
    const mean = this.#every * this.#thinning;
    return 1 + Math.floor(this.#random() * (2 * mean - 1));
  }
}

function isNumeric({ kind }: ServedType): boolean {
  return kind === 'int' || kind === 'bigint' || kind === 'double' || kind === 'decimal' || kind === 'boolean';
}
