// Control path. What the demo says, and how: plain lines, and a progress bar where somebody is looking.
import cliProgress from 'cli-progress';
import color from 'picocolors';
import type { Step } from './steps.ts';

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

let number = 0;

/** A numbered headline, and beneath it why the step is there. */
export function announce({ title, why }: Step): void {
  number += 1;
  print(`\n${color.bold(`${number}. ${title}`)}`);
  print(`   ${color.dim(why)}`);
}

export function say(line: string): void {
  print(`   ${line}`);
}

export interface Progress {
  update(done: number): void;
}

/** Shows a bar while `work` lasts; nothing where the output is a file or a pipe. */
export async function withProgress<T>(
  total: number,
  unit: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const bar = new cliProgress.SingleBar({
    format: `   {bar} {percentage} %  {value} of {total} ${unit}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    formatValue: (value, _options, type) => (type === 'percentage' ? String(value) : whole(value)),
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stdout,
    noTTYOutput: false,
  });
  // The bar hides the cursor; whatever ends the demo, it must come back.
  const stop = (): void => bar.stop();
  process.once('exit', stop);
  if (process.stdout.isTTY) bar.start(total, 0);
  try {
    return await work({ update: done => bar.update(done) });
  } finally {
    process.off('exit', stop);
    stop();
  }
}

/** `1234567.8` → `1,234,568`. */
export function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** Things per second, to three digits: nobody can measure more. */
export function perSecond(things: number, milliseconds: number): string {
  return Number(((things / milliseconds) * 1000).toPrecision(3)).toLocaleString('en-US');
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The last words of a demo that could not go on. */
export function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${color.red('The demo stopped:')} ${reason}\n`);
  if (process.env['DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
