// Control path: what goes wrong before a request reaches its handler, in our own words.
import type { Socket } from 'node:net';
import { asServeError, ServeError } from '../errors.ts';
import { errorText, JSON_TYPE } from './error-reply.ts';

/** @param bodyLimit bytes, for the message */
export function asHttpError(error: unknown, bodyLimit: number): ServeError {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ServeError('body_too_large', `the body is larger than ${bodyLimit} bytes`, {
        hint: 'ask for fewer keys at once, or raise the body limit',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ServeError('unsupported_media_type', 'the body must be JSON', {
        hint: 'send the header content-type: application/json',
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ServeError('invalid_request', 'the body is not as long as its content-length says');
    case 'FST_ERR_BAD_URL':
      return new ServeError('invalid_request', 'the address is not well formed');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ServeError('unknown_name', 'no group and no vector has so long a name');
    default:
      return requestsFault(error) ?? asServeError(error);
  }
}

/** What the framework says is the request's own fault: an address that leads outside of the page's files, say. */
function requestsFault(error: unknown): ServeError | null {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null;
  if (status === 403 || status === 404)
    return new ServeError('not_found', 'there is nothing at this address');
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  return new ServeError('invalid_request', `the request cannot be read: ${(error as Error).message}`);
}

/** Answers what is no HTTP at all, or comes too slowly, and closes the connection. */
export function refuseSocket(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'the request did not come to its end in time']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'the headers are too large']
        : ['400 Bad Request', 'this is no HTTP/1.1'];
  const text = errorText(new ServeError('invalid_request', message));
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
