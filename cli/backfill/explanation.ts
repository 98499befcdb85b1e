import color from 'picocolors';
import type {
  GroupExplanation,
  RunExplanation,
  WindowExplanation,
} from '../../runtime/history/explain-run.ts';
import type { Method } from '../../runtime/history/shape.ts';
import { table } from '../table.ts';
import { amount, duration } from '../units.ts';

/** How a training set would be computed: window by window, and what PostgreSQL lacks for it. */
export function explanationLines({ groups, tables }: RunExplanation): string[] {
  const missing = tables.filter(({ wantAnalyze }) => wantAnalyze.length > 0);
  return [
    ...groups.flatMap(groupLines),
    ...table(
      [{ heading: 'history' }, { heading: 'rows', align: 'right' }],
      tables.map(({ source, rows, wantAnalyze }) => [
        source,
        rows === 0 && wantAnalyze.length > 0 ? 'unknown' : amount(rows),
      ]),
    ),
    ...missing.map(({ source, wantAnalyze }) =>
      color.yellow(
        `${source}: no statistics, or old ones, of ${wantAnalyze.join(', ')}: --prepare makes them`,
      ),
    ),
  ];
}

function groupLines({ group, lookups, reads, feeds }: GroupExplanation): string[] {
  const columns = [
    { heading: 'window' },
    { heading: 'rows in it', align: 'right' as const },
    { heading: 'computed by' },
  ];
  return [
    color.bold(`${group}, ${amount(reads)} reads${lookups === 1 ? '' : ` by ${lookups} look-ups`}`),
    ...feeds.flatMap(({ sources, windows }) => [
      color.dim(sources.join(', ')),
      ...table(
        columns,
        windows.map(window => [lengthText(window), amount(window.rows), methodsText(window)]),
      ),
    ]),
    '',
  ];
}

const lengthText = ({ length }: WindowExplanation): string =>
  length === null ? 'all before' : duration(length / 1e6);

const methodsText = ({ methods }: WindowExplanation): string =>
  methods.length === 0
    ? 'a search of its own'
    : methods.map(({ method, aggregates }) => `${inWords[method]} (${aggregates})`).join(', ');

const inWords: Readonly<Record<Method, string>> = {
  lateral: 'each row of the window',
  totals: 'differences of running totals',
  tiles: 'daily tiles and raw edges',
};
