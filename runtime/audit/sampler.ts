// Hot path: asked at every request.

/** Picks each request with the same chance, by chance: one subtraction for those it passes over. */
export class Sampler {
  readonly #share: number;
  readonly #random: () => number;
  #left: number;

  /**
   * @param share of the requests that are picked, above 0, at most 1
   * @param random in [0, 1)
   */
  constructor(share: number, random: () => number) {
    this.#share = share;
    this.#random = random;
    this.#left = this.#gap();
  }

  picks(): boolean {
    this.#left -= 1;
    if (this.#left > 0) return false;
    this.#left = this.#gap();
    return true;
  }

  /** To the next one that is picked: a geometric variate, as if a coin had been tossed for each. */
  #gap(): number {
    if (this.#share >= 1) return 1;
    return 1 + Math.floor(Math.log(1 - this.#random()) / Math.log(1 - this.#share));
  }
}
