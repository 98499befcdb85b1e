// Control path: a sampled value now and then.
import { QuantileSketch } from './quantile-sketch.ts';

/** What one feature's values were like in the window. */
export interface ValueStatistics {
  /** Values looked at, nulls among them. */
  readonly samples: number;
  /** null of no samples. */
  readonly nullShare: number | null;
  /** Of the numbers among them; null of none. */
  readonly mean: number | null;
  /** Of a sample; null of fewer than two. */
  readonly stddev: number | null;
  /** null of none. */
  quantile(p: number): number | null;
}

/** The window moves in steps of this share of it. */
const SLICES = 5;

interface Slice {
  /** Its number, counted from 1970. */
  readonly number: number;
  samples: number;
  nulls: number;
  /** Welford's running moments of the numbers. */
  n: number;
  mean: number;
  m2: number;
  readonly sketch: QuantileSketch;
}

const emptySlice = (number: number): Slice => ({
  number,
  samples: 0,
  nulls: 0,
  n: 0,
  mean: 0,
  m2: 0,
  sketch: new QuantileSketch(),
});

/** Statistics of the values of the last while, in constant memory. */
export class ValueWindow {
  readonly #step: number;
  #slices: Slice[] = [];

  /** @param length of the window; in the unit of `now` below */
  constructor(length: number) {
    this.#step = length / SLICES;
  }

  addNull(now: number): void {
    const slice = this.#slice(now);
    slice.samples += 1;
    slice.nulls += 1;
  }

  /** A value that is no number: it counts against the nulls alone. */
  addOther(now: number): void {
    this.#slice(now).samples += 1;
  }

  /** @param x finite */
  addNumber(x: number, now: number): void {
    const slice = this.#slice(now);
    slice.samples += 1;
    slice.n += 1;
    const difference = x - slice.mean;
    slice.mean += difference / slice.n;
    slice.m2 += difference * (x - slice.mean);
    slice.sketch.add(x);
  }

  statistics(now: number): ValueStatistics {
    this.#forget(now);
    const all = emptySlice(0);
    for (const slice of this.#slices) join(all, slice);
    return {
      samples: all.samples,
      nullShare: all.samples === 0 ? null : all.nulls / all.samples,
      mean: all.n === 0 ? null : all.mean,
      stddev: all.n < 2 ? null : Math.sqrt(all.m2 / (all.n - 1)),
      quantile: p => all.sketch.quantile(p),
    };
  }

  #slice(now: number): Slice {
    const number = Math.floor(now / this.#step);
    const last = this.#slices.at(-1);
    // A clock that was set back adds to the slice it had come to.
    if (last !== undefined && last.number >= number) return last;
    this.#forget(now);
    const slice = emptySlice(number);
    this.#slices.push(slice);
    return slice;
  }

  #forget(now: number): void {
    const oldest = Math.floor(now / this.#step) - SLICES + 1;
    if (this.#slices.length > 0 && this.#slices[0]!.number < oldest) {
      this.#slices = this.#slices.filter(({ number }) => number >= oldest);
    }
  }
}

/** Chan, Golub and LeVeque's formula for the moments of two samples taken together. */
function join(all: Slice, { samples, nulls, n, mean, m2, sketch }: Slice): void {
  all.samples += samples;
  all.nulls += nulls;
  all.sketch.addAll(sketch);
  if (n === 0) return;
  const total = all.n + n;
  const difference = mean - all.mean;
  all.m2 += m2 + (difference * difference * all.n * n) / total;
  all.mean += (difference * n) / total;
  all.n = total;
}
