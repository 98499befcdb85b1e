import { rootsOf } from './accept.ts';
import { ownerOf } from './compare.ts';
import type { Comparison } from './compare.ts';

/** Of one change, or one set of changes that are accepted together. */
export interface ReportLine {
  /** `user_behavior.revenue_7d: window 7d → 14d`. */
  readonly text: string;
  /** The features that change with it. */
  readonly dependants: readonly string[];
}

/** What somebody has to accept, a line each: changes by their own words, then renames, then what is removed. */
export function reportOf(comparison: Comparison): ReportLine[] {
  const roots = rootsOf(comparison);
  const changed = comparison.changed
    .filter(({ words }) => words.length > 0)
    .map(({ id, words }) => ({
      text: `${id}: ${words.join('; ')}`,
      dependants: [...roots]
        .filter(([other, own]) => other !== id && own.has(id))
        .map(([other]) => other)
        .sort(),
    }));
  const renamed = comparison.renamed.map(({ from, to }) => ({
    text: `${from} is called ${to} now, and means the same`,
    dependants: [],
  }));
  return [...changed, ...renamed, ...removedLines(comparison)];
}

/** A group or vector that is gone as a whole is one line. */
function removedLines({ removed, removedWhole }: Comparison): ReportLine[] {
  const lines = removed.map(id => {
    const owner = ownerOf(id);
    return removedWhole.includes(owner) ? `${owner} is gone, and all of its features` : `${id} is gone`;
  });
  return [...new Set(lines)].map(text => ({ text, dependants: [] }));
}
