import { createHash, timingSafeEqual } from 'node:crypto';

/** The secret that clients show. How long a comparison takes tells nothing of it, not even its length. */
export class Token {
  readonly #digest: Buffer;

  /** @throws RangeError for an empty token, which would guard nothing */
  constructor(token: string) {
    if (token.trim() === '') throw new RangeError('the token is empty: give one that cannot be guessed');
    this.#digest = digest(token);
  }

  matches(given: string): boolean {
    return timingSafeEqual(digest(given), this.#digest);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
