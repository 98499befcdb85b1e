// Control path. A table of results, computed part by part.
import { deriveLater } from './derive.ts';
import type { SqlColumn, SqlLayer } from './program.ts';
import { runAll } from './session.ts';
import type { AnyTransaction } from './session.ts';
import { tableAs } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** What a part consists of: numbers from `first` to `last`, both included; null: all there are. */
export type Part = { readonly first: number; readonly last: number } | null;

/** Of no number. */
export const nothing: Part = { first: 1, last: 0 };

export interface ResultTable {
  readonly relation: string;
  /** What SQL computes of a part in one query. */
  readonly query: (part: Part) => string;
  /** What the query yields, besides the ordinal. */
  readonly columns: readonly SqlColumn[];
  /** The layers after it. */
  readonly later: readonly SqlLayer[];
  /** Names that the table keeps; null: all. */
  readonly kept: string | null;
}

/** Computes a part, into a table that is made for it or that is there. */
export async function computePart(
  trx: AnyTransaction,
  workspace: Workspace,
  { relation, query, columns, later, kept }: ResultTable,
  part: Part,
  into: 'made' | 'present',
): Promise<void> {
  const put = (source: string): string =>
    into === 'made' ? tableAs(workspace, relation, source) : `insert into ${relation} ${source}`;
  const keep = (source: string): string => `select ${kept ?? 'f.*'} from ${source} as f`;
  if (later.length === 0) {
    await runAll(trx, [put(kept === null ? query(part) : keep(`(${query(part)})`))]);
    return;
  }
  const whole = '"#part"';
  await runAll(trx, [tableAs('temporary', whole, query(part))]);
  await deriveLater(trx, whole, columns, later);
  await runAll(trx, [put(keep(whole)), `drop table ${whole}`]);
}

/** The condition that a number lies in a part, behind what leads to it; empty where all do. */
export function inPart(leading: 'where' | 'and', number: string, part: Part): string {
  return part === null ? '' : ` ${leading} ${number} between ${part.first} and ${part.last}`;
}
