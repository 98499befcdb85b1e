// Hot path of the profile. The values that come most often, in bounded memory (Misra and Gries, in rounds): when there
// are more values than room, all counts are lowered by the same, and those that come to nothing are let go.
import { HLL_REGISTERS, hllAdd, hllEstimate } from '../../../kernels/hyperloglog.ts';
import { compareText } from '../../../kernels/text.ts';

/** Values that are kept through a round; between rounds, four times as many. */
const KEPT = 1_000;
const ROOM = 4 * KEPT;

export interface TopValue {
  readonly value: string;
  /** Never more than it came; less by at most `missed`. */
  readonly count: number;
}

export class Frequent {
  readonly #counts = new Map<string, number>();
  #registers: Uint8Array | null = null;
  #missed = 0;

  /** By how much a count may be too small, and how often a value may have come that is not told at all. */
  get missed(): number {
    return this.#missed;
  }

  /** How many different values: exact up to 4,000, beyond it an estimate with a standard error of 1.6 %. */
  get distinct(): number {
    return this.#registers === null ? this.#counts.size : hllEstimate(this.#registers);
  }

  add(value: string): void {
    const count = this.#counts.get(value);
    if (count !== undefined) {
      this.#counts.set(value, count + 1);
      return;
    }
    this.#counts.set(value, 1);
    if (this.#registers !== null) hllAdd(this.#registers, value);
    if (this.#counts.size > ROOM) this.#round();
  }

  /** Most frequent first, of equal ones the smaller. */
  top(most: number): readonly TopValue[] {
    return [...this.#counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || compareText(a.value, b.value))
      .slice(0, most);
  }

  #round(): void {
    if (this.#registers === null) {
      this.#registers = new Uint8Array(HLL_REGISTERS);
      for (const value of this.#counts.keys()) hllAdd(this.#registers, value);
    }
    const less = [...this.#counts.values()].sort((a, b) => b - a)[KEPT]!;
    this.#missed += less;
    for (const [value, count] of this.#counts) {
      if (count > less) this.#counts.set(value, count - less);
      else this.#counts.delete(value);
    }
  }
}
