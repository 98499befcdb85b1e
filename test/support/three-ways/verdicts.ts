import type { Verdict } from '../../../runtime/index.ts';
import type { Verdict as OracleVerdict } from '../../../testing/index.ts';
import type { LoggedRecord } from '../history/history.ts';

/** A record that the sides take differently. */
export interface VerdictDifference {
  readonly record: LoggedRecord;
  readonly side: string;
  readonly expected: string;
  readonly actual: string;
}

/** What the refused table of the history says of a record, by its place. */
export type RefusedPlaces = ReadonlyMap<string, { readonly reason: string; readonly column: string | null }>;

export function placeOf({ source, topic = 0, epoch = 0, partition, offset }: LoggedRecord): string {
  return `${source}/${topic}/${epoch}/${partition}/${offset}`;
}

/**
 * Counted, late, early, repeat or refused: the stream must say what the oracle says of every record, refuse by the
 * same column, and tell its position; SQL must have refused the same records, for the reasons the stream gave.
 */
export function compareVerdicts(
  records: readonly LoggedRecord[],
  oracle: readonly OracleVerdict[],
  stream: readonly Verdict[],
  refused: RefusedPlaces,
  tables: ReadonlySet<string>,
): VerdictDifference[] {
  return records.flatMap((record, i) => {
    const expected = oracle[i]!;
    const actual = stream[i]!;
    const differences: VerdictDifference[] = [];
    const differ = (side: string, wanted: string, got: string): void => {
      if (wanted !== got) differences.push({ record, side, expected: wanted, actual: got });
    };
    // Whether a change of a table is a redelivery, its versions say, and other records may change it.
    const isTable = tables.has(record.source);
    differ('stream', told(expected, isTable), told(actual, isTable));
    const there = refused.get(placeOf(record));
    if (actual.kind !== 'refused') differ('SQL', 'stored', there === undefined ? 'stored' : 'refused');
    else {
      const { topic, epoch, source, partition, offset } = actual.position;
      differ('stream', placeOf(record), `${source}/${topic}/${epoch}/${partition}/${offset}`);
      differ('SQL', `${actual.reason} ${actual.column}`, `${there?.reason} ${there?.column}`);
    }
    return differences;
  });
}

function told(verdict: { readonly kind: string; readonly column?: string | null }, isTable: boolean): string {
  if (isTable && verdict.kind === 'repeat') return 'counted';
  return verdict.kind === 'refused' ? `refused by ${verdict.column ?? 'the whole record'}` : verdict.kind;
}
