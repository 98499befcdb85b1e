// Control path. Which of a spine's columns is what.
import type { SqlColumn } from '../history/program.ts';
import type { Known } from '../history/spine.ts';
import type { Scalar } from '../history/values.ts';
import type { CarriedRow } from './contract.ts';
import type { ExpectedColumn, SpineBatch } from './io/spine.ts';
import { BadRequest, requestOf } from './target.ts';
import type { RequestColumn, Target } from './target.ts';

export const knownColumn = 'known_at';

/** Places of columns in a spine. */
export interface SpineColumns {
  readonly time: number;
  /** null: rows do not tell what was known. */
  readonly known: number | null;
  readonly request: readonly { readonly of: RequestColumn; readonly at: number }[];
  /** Those that pass through. */
  readonly carried: readonly { readonly column: SqlColumn; readonly at: number }[];
}

const timestamp = { kind: 'timestamp', list: false } as const;

/** What a spine is asked for: the request, the instant and, where it may matter, what was known then. */
export function expectedColumns(
  target: Target,
  timeColumn: string,
  known: Known,
): ReadonlyMap<string, ExpectedColumn> {
  const expected = new Map<string, ExpectedColumn>();
  for (const { name, column, isKey } of requestOf(target)) {
    expected.set(name, { name, type: column.type, nullable: column.nullable && !isKey });
  }
  if (expected.has(timeColumn)) {
    const other = `name the spine's instants otherwise, and say how: --time-column at`;
    throw new BadRequest(`'${timeColumn}' is an input of ${target.served.name}: ${other}`);
  }
  expected.set(timeColumn, { name: timeColumn, type: timestamp });
  if (tellsKnown(known, expected)) {
    expected.set(knownColumn, { name: knownColumn, type: timestamp, nullable: true, optional: true });
  }
  return expected;
}

/** In hindsight and by frontier a row's `known_at` says nothing: it passes through. */
const tellsKnown = (known: Known, request: ReadonlyMap<string, unknown>): boolean =>
  known.kind === 'arrival' && !request.has(knownColumn);

/** @throws BadRequest for a column that would stand in the training set twice */
export function placeColumns(
  target: Target,
  timeColumn: string,
  known: Known,
  columns: readonly SqlColumn[],
  name: string,
): SpineColumns {
  const place = (column: string): number => columns.findIndex(each => each.name === column);
  const request = requestOf(target).map(of => ({ of, at: place(of.name) }));
  const inputs = new Map(request.map(each => [each.of.name, each]));
  const knownAt = tellsKnown(known, inputs) ? place(knownColumn) : -1;
  const taken = new Set([place(timeColumn), knownAt, ...request.map(({ at }) => at)]);
  const carried = columns.map((column, at) => ({ column, at })).filter(({ at }) => !taken.has(at));
  const { features, labels } = target.resolved.vector;
  refuseTwice(carried, features, 'feature');
  refuseTwice(carried, labels?.outputs ?? [], 'label');
  return { time: place(timeColumn), known: knownAt === -1 ? null : knownAt, request, carried };

  function refuseTwice(
    given: SpineColumns['carried'],
    computed: readonly SqlColumn[],
    what: 'feature' | 'label',
  ): void {
    const taken = new Set(computed.map(each => each.name));
    const twice = given.filter(({ column }) => taken.has(column.name));
    if (twice.length === 0) return;
    const names = twice.map(({ column }) => `'${column.name}'`).join(', ');
    const are = twice.length === 1 ? `is a ${what}` : `are ${what}s`;
    throw new BadRequest(
      `${names} of ${name} ${are} of ${target.served.name} too: rename or leave out what the spine has`,
    );
  }
}

/** Rows as a run takes them in. Of rows without a problem. */
export function carriedRows(columns: SpineColumns, batch: SpineBatch): CarriedRow[] {
  const { time, known, request, carried } = columns;
  return Array.from({ length: batch.rows }, (_, row) => {
    const knownAt = known === null ? null : (batch.columns[known]![row] as number | null);
    return {
      t: batch.columns[time]![row] as number,
      ...(knownAt === null ? {} : { knownAt }),
      request: Object.fromEntries(
        request.map(({ of, at }) => [of.name, batch.columns[at]![row] as Scalar | null]),
      ),
      carried: carried.map(({ at }) => batch.columns[at]![row]!),
    };
  });
}
