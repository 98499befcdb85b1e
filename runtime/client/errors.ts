// What a client throws. Every transport throws these, so that callers need to know none of them.

export interface ErrorDetails {
  /** Where in the request: `keys[3].user_id`. */
  readonly path?: string | undefined;
  /** What to write or to do instead. */
  readonly hint?: string | undefined;
}

/** Any failure of a read. The subclasses say whose it is. */
export class FeatureServiceError extends Error {
  override readonly name: string = 'FeatureServiceError';
  readonly path: string | undefined;
  readonly hint: string | undefined;

  /** @param code the service's own (`invalid_key`, `too_far_back`, …), or the client's for what it found itself */
  constructor(
    readonly code: string,
    message: string,
    { path, hint }: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(hint === undefined ? message : `${message} (${hint})`, options);
    this.path = path;
    this.hint = hint;
  }
}

/** The request cannot be answered as it is; again it will fare no better. */
export class InvalidRequest extends FeatureServiceError {
  override readonly name = 'InvalidRequest';
}

/** The token is missing, or another. */
export class Unauthorized extends FeatureServiceError {
  override readonly name = 'Unauthorized';
}

/**
 * `connect`: no connection came about, and nothing was sent. `timeout`: no answer came in time. `lost`: the
 * connection broke before the answer. `refused`: the service says that it cannot answer now. `closed`: the
 * client has been closed.
 */
export type UnavailableReason = 'connect' | 'timeout' | 'lost' | 'refused' | 'closed';

/** There was no answer to be had. Later there may be; `onUnavailable: 'defaults'` answers in its place. */
export class Unavailable extends FeatureServiceError {
  override readonly name = 'Unavailable';

  constructor(
    readonly reason: UnavailableReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super('unavailable', message, {}, options);
  }
}

/** The service's features mean something else than those this client was generated for. */
export class OtherMeaning extends FeatureServiceError {
  override readonly name = 'OtherMeaning';

  /**
   * @param served what is read: `churn_risk`
   * @param expected the fingerprint of all its features here
   * @param found the same at the service
   * @param features those that differ; empty: the service does not tell
   */
  constructor(
    readonly served: string,
    readonly expected: string,
    readonly found: string,
    readonly features: readonly string[] = [],
    detail = features.length === 0 ? '' : `: ${shownOf(features)}`,
  ) {
    super(
      'other_meaning',
      `${served} has another meaning at the service (${found}) than in this client (${expected})${detail}`,
      { hint: 'generate both from the same declarations, or let it pass with `onOtherMeaning`' },
    );
  }
}

/** As many as a message bears. */
function shownOf(names: readonly string[]): string {
  const more = names.length - 8;
  return more > 0 ? `${names.slice(0, 8).join(', ')} and ${more} more` : names.join(', ');
}

/** What came back is no answer. */
export class BadAnswer extends FeatureServiceError {
  override readonly name = 'BadAnswer';

  constructor(message: string, options?: ErrorOptions) {
    super('bad_answer', message, {}, options);
  }
}

/** The error for a refusal by the service, by its code. */
export function refusalOf(code: string, message: string, details: ErrorDetails = {}): FeatureServiceError {
  switch (code) {
    case 'unauthorized':
      return new Unauthorized(code, message, details);
    case 'unavailable':
      return new Unavailable('refused', message);
    case 'internal':
      return new FeatureServiceError(code, message, details);
    default:
      return new InvalidRequest(code, message, details);
  }
}
