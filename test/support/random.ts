/** Random choices that a seed tells: the same seed, the same choices (xorshift128, seeded by splitmix32). */
export class Random {
  readonly #state: Uint32Array;

  constructor(readonly seed: number) {
    let z = seed >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      z = (z + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    });
  }

  /** A whole number from 0 to 2^32 − 1. */
  word(): number {
    const state = this.#state;
    let t = state[3]!;
    const s = state[0]!;
    state.copyWithin(1, 0, 3);
    t ^= t << 11;
    t ^= t >>> 8;
    state[0] = t ^ s ^ (s >>> 19);
    return state[0];
  }

  /** From 0 to below 1, in steps of 2^−53. */
  fraction(): number {
    return (this.word() * 2 ** 21 + (this.word() >>> 11)) / 2 ** 53;
  }

  /** A whole number from 0 to `n` − 1. */
  below(n: number): number {
    return Math.floor(this.fraction() * n);
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to pick from');
    return list[this.below(list.length)]!;
  }

  /** Another stream of choices, told by this one. */
  fork(): Random {
    return new Random(this.word());
  }
}
