// Control path: what every server answers when it does not answer with values, whatever its wire.
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { InvalidKey, TooFarAhead, TooFarBack, UnknownName } from '../engine/errors.ts';

/** The codes of refusals, and what they are over HTTP. They never change their meaning. */
export const STATUS = {
  /** The request is no JSON in UTF-8. */
  bad_json: 400,
  /** It is not shaped as it should be. */
  invalid_request: 400,
  /** A key or an input is missing, null, unknown or not of its type. */
  invalid_key: 400,
  too_many_keys: 400,
  /** The instant lies before the lookback. */
  too_far_back: 400,
  /** The instant is still to come. */
  too_far_ahead: 400,
  unauthorized: 401,
  /** No group or vector has the name. */
  unknown_name: 404,
  /** Nothing is served at the address. */
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  unsupported_media_type: 415,
  internal: 500,
  /** Not now: it is starting or stopping. Later, or elsewhere. */
  unavailable: 503,
} as const;

export type ServeCode = keyof typeof STATUS;

export interface ServeErrorDetails {
  /** Where in the request: `keys[3].user_id`. */
  readonly path?: string | undefined;
  /** What to do or to write instead. */
  readonly hint?: string | undefined;
}

/** Why a request has no values for an answer, in words for the one who asked. */
export class ServeError extends Error {
  override readonly name = 'ServeError';
  readonly path: string | undefined;
  readonly hint: string | undefined;

  constructor(
    readonly code: ServeCode,
    message: string,
    { path, hint }: ServeErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.path = path;
    this.hint = hint;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** What an answerer threw, as a refusal. What is nobody's request's fault tells its reason to the log alone. */
export function asServeError(error: unknown): ServeError {
  if (error instanceof ServeError) return error;
  if (error instanceof TooFarBack) return tooFarBack(error);
  if (error instanceof TooFarAhead) {
    return new ServeError(
      'too_far_ahead',
      `${instantText(error.t)} is still to come: here it is ${instantText(error.now)}`,
      { path: 'as_of', hint: 'leave as_of out to read now' },
    );
  }
  if (error instanceof UnknownName) return new ServeError('unknown_name', error.message);
  if (error instanceof InvalidKey) return new ServeError('invalid_key', error.message, { path: error.key });
  return new ServeError(
    'internal',
    'the service failed at this request; its log says why',
    {},
    { cause: error },
  );
}

function tooFarBack({ group, t, earliest }: TooFarBack): ServeError {
  return new ServeError(
    'too_far_back',
    `${group} can be read from ${instantText(earliest)} on, not at ${instantText(t)}`,
    { path: 'as_of', hint: 'read later, declare a longer lookback, or ask the backfill' },
  );
}

/** As ISO 8601; an instant beyond the calendar as its number of µs. */
function instantText(us: number): string {
  return Number.isSafeInteger(us) ? formatInstant(us as Instant) : `${us} µs`;
}
