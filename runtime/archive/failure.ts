// Control path. What an error of PostgreSQL says of what to do next.
import { cannotAdopt } from '../history/install.ts';

/** The archiver's turn is over: another may have it, or the history is not where this one left it. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost';
}

/** The archiver is to end. */
export class Ended extends Error {
  override readonly name = 'Ended';

  constructor() {
    super('the archiver ends');
  }
}

/** What no waiting mends: going on would be wrong. The message says what to do. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** An error of which the history's tables are the cause, as one that says what to do; null: any other. */
export function adoptionError(error: unknown): ArchiveError | null {
  const { code, message, hint } = (error ?? {}) as Partial<Record<'code' | 'message' | 'hint', string>>;
  if (code !== cannotAdopt) return null;
  return new ArchiveError(`${message ?? ''}${hint === undefined ? '' : `. ${hint}`}`, { cause: error });
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node gathers what several addresses said in an error without a message.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error.message;
}
