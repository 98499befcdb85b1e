import type { Command } from 'commander';
import color from 'picocolors';

/** Something that the user can mend; the message says how. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/**
 * The action of a command: an error is its message, in red, and exit code 1. Its stack is shown with --debug.
 * @param run yields whether all went well
 * @param readerGone what to do when nobody reads the output any more, as after `| head`: a service goes on without
 */
export function action<Arguments extends unknown[]>(
  run: (...given: Arguments) => Promise<boolean>,
  readerGone: 'end' | 'go on' = 'end',
): (this: Command, ...given: Arguments) => Promise<void> {
  return async function (...given) {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (readerGone === 'end') process.exit();
    });
    const { debug = false } = this.optsWithGlobals<{ debug?: boolean }>();
    try {
      if (!(await run(...given))) process.exitCode = 1;
    } catch (error) {
      console.error(failureText(error, debug));
      process.exitCode = 1;
    }
  };
}

/** What a user is told of an error, and of the errors that caused it. */
export function failureText(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return color.red(String(error));
  const lines = [color.red(error.message === '' ? error.name : error.message)];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (!lines.some(line => line.includes((cause as Error).message)))
      lines.push(`  because: ${cause.message}`);
  }
  const way = wayOut(error);
  if (way !== null) lines.push(way);
  if (debug) lines.push(color.dim(error.stack ?? ''));
  else if (isUnexpected(error)) lines.push(color.dim('Add --debug to see where.'));
  return lines.join('\n');
}

/** What PostgreSQL, or the way to it, leaves unsaid. */
function wayOut(error: Error): string | null {
  const code = 'code' in error ? error.code : null;
  if (code === '42P01' && /"history\./.test(error.message)) {
    return 'The history has not been made yet: skewless import and skewless run make it, in the database of history.url.';
  }
  const isAway = 'syscall' in error && error.syscall === 'connect';
  return isAway
    ? 'Is the server running, and is its address in the configuration right (skewless config)?'
    : null;
}

/** Errors of JavaScript itself: a mistake, ours or of a declaration's code, and no news of the world. */
function isUnexpected(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some(kind => error instanceof kind);
}
