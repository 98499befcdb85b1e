import { ServeError, STATUS } from '../errors.ts';
import type { ServeCode } from '../errors.ts';
import type { FrameReader } from './frame-reader.ts';
import type { FrameWriter } from './frame-writer.ts';
import { ERROR } from './protocol.ts';

/** A whole frame: why a request has no answer. */
export function writeError(request: number, error: ServeError, writer: FrameWriter): void {
  const start = writer.begin(request, ERROR);
  for (const text of [error.code, error.message, error.path ?? '', error.hint ?? '']) writer.text(text);
  writer.end(start);
}

/** The frame's payload. A code of a later version is read as `internal`. @throws ProtocolError */
export function readError(reader: FrameReader): ServeError {
  const code = reader.text();
  const message = reader.text();
  const [path, hint] = [reader.text() || undefined, reader.text() || undefined];
  return new ServeError(Object.hasOwn(STATUS, code) ? (code as ServeCode) : 'internal', message, {
    path,
    hint,
  });
}
