// Control path: why a call has no answer.
import { ServeError } from '../serve/errors.ts';
import { ProtocolError } from '../serve/tcp/protocol.ts';
import { BadAnswer, refusalOf } from './errors.ts';
import type { Call } from './tcp-queue.ts';

export function fail(call: Call, error: Error): void {
  if (call.settled) return;
  call.settled = true;
  call.reject(error);
}

/** What both ends say alike, in a client's words. */
export function asClientError(error: unknown): Error {
  if (error instanceof ProtocolError) return new BadAnswer(error.message, { cause: error });
  if (!(error instanceof ServeError)) return error as Error;
  return refusalOf(error.code, error.message, { path: error.path, hint: error.hint });
}

export function tooMany(given: number, limit: number): ServeError {
  return new ServeError('too_many_keys', `the request holds ${given} keys`, {
    hint: `ask for at most ${limit} in one request`,
  });
}

export function tooLarge(bytes: number, limit: number): ServeError {
  return new ServeError('body_too_large', `the request has ${bytes} bytes`, {
    hint: `the service takes ${limit} in one frame: ask for fewer keys at a time`,
  });
}
