import color from 'picocolors';
import type { Comparison } from '../../generator/lock/compare.ts';
import { LOCK_NAME } from '../../generator/lock/lock-file.ts';
import { reportOf } from '../../generator/lock/report.ts';

/** What is to be accepted, in lines for people. */
export function changesText(comparison: Comparison): string {
  const lines = reportOf(comparison);
  const width = (process.stderr.columns ?? 100) - 6;
  return [
    color.yellow(`features mean something else than ${LOCK_NAME} says:`),
    ...lines.flatMap(({ text, dependants }) => [
      `  ${text}`,
      ...(dependants.length === 0 ? [] : wrapped(`with it ${dependants.join(', ')}`, width)),
    ]),
  ].join('\n');
}

export const HOW_TO_ACCEPT =
  'If it is meant so: npx skewless lock --all, or name the features. Models trained on the old meaning need the old one.';

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(`    ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map(line => color.dim(line));
}
