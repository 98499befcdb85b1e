// Control path. The spine: which reads a training set consists of.
import { sql } from 'kysely';
import { BadSpineRow } from './errors.ts';
import type { SqlVector } from './program.ts';
import { quoteIdentifier, spineRelation } from './relations.ts';
import type { AnyTransaction } from './session.ts';
import { encode, transportType } from './values.ts';
import type { Scalar } from './values.ts';
import { tableOf } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** One read: request keys and inputs by name, t in µs, and optionally what was known then. */
export interface SpineRow {
  readonly t: number;
  /** Arrivals up to this instant, µs, are known; absent: as the training set's `known` says. */
  readonly knownAt?: number;
  /** Where `known` is a chain of frontiers: the place in it of the one that was known. */
  readonly frontier?: number;
  readonly request: Readonly<Record<string, Scalar | null>>;
}

/** What of the history a read may use (semantics §3.3). */
export type Known =
  /** What had arrived at the row's `knownAt`, else at t − `lag` (µs; 0). */
  | { readonly kind: 'arrival'; readonly lag?: number }
  /** All there is. */
  | { readonly kind: 'hindsight' }
  /** What a consumer had taken in: per partition, the offsets below `nextOffset`. No other partition is known. */
  | { readonly kind: 'frontier'; readonly positions: readonly FrontierPosition[] };

/**
 * What consumers had taken in of which each knew all that the one before it did: no partition falls back from one
 * frontier to the next. Rows of the spine name theirs by its place.
 */
export interface KnownFrontiers {
  readonly kind: 'frontiers';
  readonly chain: readonly (readonly FrontierPosition[])[];
}

export interface FrontierPosition {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly nextOffset: number;
}

/** Later than any arrival. */
export const everything = 9_223_372_036_854_775_807n;
const chunk = 50_000;

/** A column of the spine's relation, and the type its values travel as. */
export interface SpineColumn {
  readonly name: string;
  readonly type: string;
}

/** The request's columns in the spine's relation: `q0…`. */
export function spineRequest(vector: SqlVector): readonly SpineColumn[] {
  return vector.request.map(({ type }, index) => ({ name: `q${index}`, type: transportType(type.kind) }));
}

/** Makes the spine's relation, empty. */
export function spineTable(
  workspace: Workspace,
  vector: SqlVector,
  further: readonly SpineColumn[] = [],
): string {
  return tableOf(workspace, spineRelation, [
    ...['"n" integer not null', '"t" bigint not null', '"known" bigint not null', '"open" integer not null'],
    ...[...spineRequest(vector), ...further].map(
      ({ name, type }) => `"${name}" ${type}${type.startsWith('text') ? ' collate "C"' : ''}`,
    ),
  ]);
}

/** Makes the spine's relation of rows that are at hand. */
export async function stageSpine(
  trx: AnyTransaction,
  vector: SqlVector,
  spine: readonly SpineRow[],
  known: Known,
  before: boolean,
): Promise<void> {
  const columns = spineRequest(vector);
  await sql.raw(spineTable('temporary', vector)).execute(trx);
  for (let start = 0; start < spine.length; start += chunk) {
    const rows = spine.slice(start, start + chunk);
    rows.forEach((row, index) => checkRow(vector, row, start + index));
    const arrays = [
      sql`${rows.map((_, index) => start + index)}::integer[]`,
      sql`${rows.map(row => String(row.t))}::bigint[]`,
      sql`${rows.map(row => String(knownAt(row, known) ?? everything))}::bigint[]`,
      ...vector.request.map(({ name, type }, index) => {
        const values = rows
          .map(row => encode(row.request[name]))
          .map(type.kind === 'uuid' ? lowerCase : same);
        return sql`${values}::text[]::${sql.raw(columns[index]!.type)}[]`;
      }),
    ];
    const names = ['n', 't', 'known', ...columns.map(({ name }) => name)].map(name => `"${name}"`).join(', ');
    const place = `${spineRelation} (${names}, "open")`;
    await sql`insert into ${sql.raw(place)}
      select u.*, ${sql.raw(before ? '1' : '0')} from unnest(${sql.join(arrays)}) as u`.execute(trx);
  }
  await sql.raw(`analyze ${spineRelation}`).execute(trx);
}

/** The request's columns by name, over a row `s` of the spine. */
export function requestColumns(vector: SqlVector): string {
  const columns = vector.request.map(({ name }, index) => `s."q${index}" as ${quoteIdentifier(name)}`);
  return columns.length === 0 ? 'select' : `select ${columns.join(', ')}`;
}

/** A uuid is one in either case; inside, it is in lower case. */
const lowerCase = (value: string | null): string | null => value?.toLowerCase() ?? null;
const same = (value: string | null): string | null => value;

/** Arrivals up to this are known, µs; null: all that is read. */
export function knownAt(row: Pick<SpineRow, 't' | 'knownAt'>, known: Known): number | null {
  return known.kind === 'arrival' ? (row.knownAt ?? row.t - (known.lag ?? 0)) : null;
}

/** The request's columns that no row of a spine may lack, those that labels are found by among them. */
export function spineKeys({ requestKeys, labels }: SqlVector): readonly string[] {
  return labels === undefined ? requestKeys : [...new Set([...requestKeys, ...labels.requestKeys])];
}

/** @throws BadSpineRow */
export function checkRow(vector: SqlVector, row: SpineRow, index: number): void {
  if (!Number.isSafeInteger(row.t)) throw new BadSpineRow(index, `t is no whole number of µs: ${row.t}`);
  for (const key of spineKeys(vector)) {
    if (row.request[key] === null || row.request[key] === undefined) {
      throw new BadSpineRow(index, `the key ${key} is missing`);
    }
  }
}
