// Control path: one line for each event that an operator must see.
import { pino } from 'pino';
import type { Logger } from 'pino';
import { MASK, withoutPasswords } from './mask.ts';
import { prettyStream } from './pretty-log.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Lines for the eye; null: where the stream is a terminal. */
  readonly pretty: boolean | null;
  /** Where lines go; standard output unless told. */
  readonly stream?: LogStream;
}

export interface LogStream {
  readonly isTTY?: boolean | undefined;
  write(line: string): unknown;
}

/** Fields that are never shown, wherever they stand. */
const secrets = ['token', 'password', 'passphrase', 'authorization', 'sasl'];

/**
 * The service's logger: JSON by line, level as text, time as ISO 8601, `err` for errors; for the eye the same in
 * words. Secrets are masked: fields named as such, at the top or one level down, and passwords in URLs.
 */
export function createLogger({ level, pretty, stream = process.stdout }: LoggerOptions): Logger {
  const eye = pretty ?? stream.isTTY === true;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: secrets.flatMap(name => [name, `*.${name}`, `*.*.${name}`]), censor: censored },
    },
    masking(eye ? prettyStream(stream) : stream),
  );
}

/** Whether there is a token may be told; what it is may not. */
function censored(value: unknown): unknown {
  return typeof value === 'boolean' || value === null || value === undefined ? value : MASK;
}

/** Passwords hide in the texts of errors too, so whole lines are looked through. */
function masking(stream: LogStream): { write(line: string): void } {
  return {
    write(line) {
      stream.write(line.includes('://') || line.includes('password=') ? withoutPasswords(line) : line);
    },
  };
}
