import color from 'picocolors';
import type { TrainingSetNotes } from '../../runtime/history/notes.ts';
import type { Known } from '../../runtime/history/spine.ts';
import type { FeatureLeak } from '../../runtime/training/leak.ts';
import type { BackfillReport } from '../../runtime/training/options.ts';
import { table } from '../table.ts';
import { amount, duration } from '../units.ts';

/** What became of a training set. */
export function reportLines({ rows, columns, out, metadata, leak }: BackfillReport): string[] {
  if (metadata === null) return [`the spine is sound: ${amount(rows)} rows. Nothing was computed: --dry-run`];
  const { name, features, known, before, notes } = metadata;
  const size = `${amount(rows)} rows, ${columns.length} columns, ${features.length} features of ${name}`;
  return [
    out === null ? `computed, and not written: ${size}` : `${out}: ${size}`,
    color.dim(`known: ${knownText(known)}${before ? '; the state right before each instant' : ''}`),
    ...noteLines(notes),
    ...(leak === null ? [] : leakLines(leak, rows)),
  ];
}

function knownText(known: Known): string {
  switch (known.kind) {
    case 'arrival':
      return `what had arrived by each instant${known.lag === undefined ? '' : `, ${duration(known.lag / 1e6)} late`}`;
    case 'hindsight':
      return 'all that the history holds, in hindsight: no live read could have known it';
    case 'frontier':
      return 'what lies below the given frontier';
  }
}

function noteLines({ producerArrivals, beforeSnapshot, beforeHistory }: TrainingSetNotes): string[] {
  return [
    ...producerArrivals.map(
      source => `${source}: arrivals are the word of its producers, and "known by then" is no more than that`,
    ),
    ...beforeSnapshot.map(
      each =>
        `${each.table}: ${amount(each.rows)} rows lie before its first version, where the table is not empty but unknown`,
    ),
    ...beforeHistory.map(
      ({ source, begins, rows, earliest }) =>
        `${source}: ${amount(rows)} rows lie before ${begins.slice(0, 10)}, where its history begins; the earliest at ${earliest}` +
        (earliest < '1971' ? '. A whole number as an instant counts µs, not seconds or ms' : ''),
    ),
  ].map(line => color.yellow(line));
}

function leakLines(leak: readonly FeatureLeak[], rows: number): string[] {
  const share = (count: number): string => `${((100 * count) / rows).toFixed(1)} %`;
  const cells = leak.map(({ feature, rows: count }) => [feature, amount(count), share(count)]);
  const columns = [
    { heading: 'in hindsight other than served' },
    { heading: 'rows', align: 'right' as const },
    { heading: 'share', align: 'right' as const },
  ];
  return table(columns, cells);
}
