// Control path.
import color from 'picocolors';
import type { Comparison } from './compare.ts';
import { disorderOf } from './flights.ts';
import type { Flights } from './flights.ts';
import { print, say, whole } from './terminal.ts';

export function describeFlights(flights: Flights): void {
  const { outOfOrder, latest } = disorderOf(flights);
  say(
    `${whole(flights.count)} flights of 2001; ${whole(outOfOrder)} became known after one scheduled later,`,
  );
  say(`the latest ${(latest / 3.6e9).toFixed(1)} hours after its time`);
}

const headings = ['feature', 'compared', 'differences', 'nulls', 'min', 'mean', 'max'];

/** A line for each feature. */
export function printComparisons(comparisons: readonly Comparison[]): void {
  const rows = comparisons.map(({ feature, compared, differences, nulls, spread }) => [
    feature,
    whole(compared),
    whole(differences),
    whole(nulls),
    ...(spread === null ? ['', '', ''] : [spread.min, spread.mean, spread.max].map(short)),
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map(row => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ');
  print();
  say(color.dim(line(headings)));
  rows.forEach((row, index) => say(comparisons[index]!.differences === 0 ? line(row) : color.red(line(row))));
  for (const { feature, example } of comparisons) {
    if (example === null) continue;
    say(
      color.red(
        `${feature}, row ${example.row}: the stream says ${text(example.stream)}, SQL says ${text(example.sql)}`,
      ),
    );
  }
}

/** For the eye only; the comparison is of all digits. */
function short(number: number): string {
  return Number.isInteger(number)
    ? whole(number)
    : number.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function text(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
}

/** What was measured, and last the one number that matters. Sets the exit code. */
export function printSummary(
  comparisons: readonly Comparison[],
  measured: Readonly<Record<string, string>>,
): void {
  const compared = comparisons.reduce((sum, comparison) => sum + comparison.compared, 0);
  const differences = comparisons.reduce((sum, comparison) => sum + comparison.differences, 0);
  print();
  for (const [what, number] of Object.entries(measured)) say(`${number.padStart(12)} ${what}`);
  print();
  const verdict = `${whole(compared)} values compared, ${whole(differences)} differences`;
  say(color.bold(differences === 0 ? color.green(verdict) : color.red(verdict)));
  process.exitCode = differences === 0 ? 0 : 1;
}
