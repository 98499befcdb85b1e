import { pino } from 'pino';
import type { Logger } from 'pino';

/** A line of a log, by its fields. */
export type SaidLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A logger that keeps what it is told. */
export interface Said {
  readonly log: Logger;
  readonly lines: readonly SaidLine[];
  /** Lines with this message, or whose message matches. */
  with(message: string | RegExp): readonly SaidLine[];
}

export function said(): Said {
  const lines: SaidLine[] = [];
  const log = pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line) as SaidLine) });
  return { log, lines, with: message => linesWith(lines, message) };
}

export function linesWith(lines: readonly SaidLine[], message: string | RegExp): readonly SaidLine[] {
  return lines.filter(({ msg }) => (typeof message === 'string' ? msg === message : message.test(msg)));
}
