// Control path: log lines for the eye.
import color from 'picocolors';
import type { LogStream } from './logger.ts';

interface Line {
  readonly level?: string;
  readonly time?: string;
  readonly msg?: string;
  readonly err?: { readonly type?: string; readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

const painted: Readonly<Record<string, (text: string) => string>> = {
  debug: color.dim,
  info: color.green,
  warn: color.yellow,
  error: color.red,
  fatal: color.red,
};

/** Writes `12:30:01.123 info  message  field=value` for each line of JSON; what is no JSON as it is. */
export function prettyStream(stream: LogStream): LogStream {
  return { write: line => stream.write(prettyLine(line)) };
}

export function prettyLine(text: string): string {
  let line: Line;
  try {
    line = JSON.parse(text) as Line;
  } catch {
    return text;
  }
  const { level = 'info', time = '', msg = '', err, ...fields } = line;
  const paint = painted[level] ?? ((same: string): string => same);
  const pairs = Object.entries(fields).map(([name, value]) => color.dim(`${name}=${valueText(value)}`));
  const head = [color.dim(time.slice(11, 23)), paint(level.padEnd(5)), msg];
  const reason = err?.message === undefined || msg.includes(err.message) ? [] : [color.red(err.message)];
  const stack = isMistake(err?.type) ? `\n${color.dim(err?.stack ?? '')}` : '';
  return `${[...head, ...reason, ...pairs].join(' ').trimEnd()}${stack}\n`;
}

/** A mistake in code, whose place matters; other errors are told in words. */
function isMistake(type: string | undefined): boolean {
  return type === 'TypeError' || type === 'RangeError' || type === 'ReferenceError';
}

function valueText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
