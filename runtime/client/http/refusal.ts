import { BadAnswer, InvalidRequest, Unauthorized, Unavailable, refusalOf } from '../errors.ts';
import type { FeatureServiceError } from '../errors.ts';

/** The error for an answer that is none, by its body where the service wrote it, else by its status. */
export function refusalOfAnswer(status: number, text: string): FeatureServiceError {
  const error = serviceError(text);
  if (error !== null) {
    return refusalOf(error.code, error.message, { path: error.path, hint: error.hint });
  }
  // Not the service's words: something stands between.
  const said = `the answer was HTTP ${status}`;
  if (status === 401 || status === 403) return new Unauthorized('unauthorized', said);
  if (status === 429 || status === 502 || status === 503 || status === 504)
    return new Unavailable('refused', said);
  if (status >= 400 && status < 500) return new InvalidRequest('invalid_request', said);
  return new BadAnswer(said);
}

interface ServiceError {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly hint?: string;
}

function serviceError(text: string): ServiceError | null {
  try {
    const { error } = JSON.parse(text) as { readonly error?: Partial<ServiceError> };
    return typeof error?.code === 'string' && typeof error.message === 'string'
      ? (error as ServiceError)
      : null;
  } catch {
    return null;
  }
}
