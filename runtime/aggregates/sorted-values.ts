// Hot path.
import type { WindowContents } from './moving-window.ts';

/** Runs are split at this length: shifting half of one costs about as much as finding the run. */
const LONGEST_RUN = 512;
const SHORTEST_RUN = 64;

/**
 * Values in ascending order, found by rank: a list of sorted runs of 64 to 512 doubles. Adding and removing
 * shift within one run; ranks are found by walking the runs' lengths.
 */
export class SortedValues implements WindowContents {
  size = 0;
  #runs: Float64Array[] = [new Float64Array(SHORTEST_RUN)];
  #lengths: number[] = [0];

  add(value: number): void {
    const index = this.#runOf(value);
    const length = this.#lengths[index]!;
    let run = this.#runs[index]!;
    if (length === run.length) {
      const longer = new Float64Array(length * 2);
      longer.set(run);
      this.#runs[index] = longer;
      run = longer;
    }
    const at = lowerBound(run, length, value);
    run.copyWithin(at + 1, at, length);
    run[at] = value;
    this.#lengths[index] = length + 1;
    this.size += 1;
    if (length + 1 === LONGEST_RUN) this.#split(index);
  }

  /** Takes away one of a value that is there. */
  remove(value: number): void {
    const index = this.#runOf(value);
    const run = this.#runs[index]!;
    const length = this.#lengths[index]!;
    const at = lowerBound(run, length, value);
    run.copyWithin(at, at + 1, length);
    this.#lengths[index] = length - 1;
    this.size -= 1;
    if (length === 1 && this.#runs.length > 1) {
      this.#runs.splice(index, 1);
      this.#lengths.splice(index, 1);
    }
  }

  /** The value at rank 0 … size − 1. */
  at(rank: number): number {
    let index = 0;
    let rest = rank;
    while (rest >= this.#lengths[index]!) {
      rest -= this.#lengths[index]!;
      index += 1;
    }
    return this.#runs[index]![rest]!;
  }

  /** The value at a rank that may lie between two: by percentile_cont's formula. */
  interpolated(rank: number): number {
    const below = Math.floor(rank);
    let index = 0;
    let rest = below;
    while (rest >= this.#lengths[index]!) {
      rest -= this.#lengths[index]!;
      index += 1;
    }
    const low = this.#runs[index]![rest]!;
    if (below === rank) return low;
    const high =
      rest + 1 < this.#lengths[index]! ? this.#runs[index]![rest + 1]! : this.#runs[index + 1]![0]!;
    return interpolate(low, high, rank - below);
  }

  get bytes(): number {
    return this.#runs.reduce((sum, run) => sum + run.byteLength, 0);
  }

  clear(): void {
    this.#runs = [new Float64Array(SHORTEST_RUN)];
    this.#lengths = [0];
    this.size = 0;
  }

  /** The first run whose last value is not below `value`, else the last run. */
  #runOf(value: number): number {
    let left = 0;
    let right = this.#runs.length - 1;
    while (left < right) {
      const middle = (left + right) >>> 1;
      if (this.#runs[middle]![this.#lengths[middle]! - 1]! >= value) right = middle;
      else left = middle + 1;
    }
    return left;
  }

  #split(index: number): void {
    const half = LONGEST_RUN / 2;
    const upper = new Float64Array(LONGEST_RUN);
    upper.set(this.#runs[index]!.subarray(half, LONGEST_RUN));
    this.#runs.splice(index + 1, 0, upper);
    this.#lengths.splice(index, 1, half, LONGEST_RUN - half);
  }
}

/** The first place in the first `length` values that is not below `value`. */
function lowerBound(run: Float64Array, length: number, value: number): number {
  let left = 0;
  let right = length;
  while (left < right) {
    const middle = (left + right) >>> 1;
    if (run[middle]! < value) left = middle + 1;
    else right = middle;
  }
  return left;
}

/** `low + fraction · (high − low)`, as percentile_cont has it; `low` itself where nothing is to interpolate. */
export function interpolate(low: number, high: number, fraction: number): number {
  return fraction === 0 ? low : low + fraction * (high - low);
}
