// Control path. What is gone from the history, and who would have needed it.
import type pg from 'pg';
import { queryRows } from './client.ts';
import { HistoryBehind } from './errors.ts';
import { instantText } from './instants.ts';
import { orInfinite } from './partitions.ts';
import type { SqlSource } from './program.ts';
import { rowsOf } from './session.ts';
import type { AnyTransaction } from './session.ts';
import { firstArrival } from './source-reach.ts';
import type { Reach } from './source-reach.ts';

/** By stream of which months were dropped: the instant before which arrivals are gone, µs. */
export type Retained = ReadonlyMap<string, number>;

export async function readRetained(trx: AnyTransaction): Promise<Retained> {
  return retainedOf(await rowsOf(trx, retainedQuery));
}

/** {@link readRetained} in the transaction that the client is in. */
export async function readRetainedOn(client: pg.ClientBase): Promise<Retained> {
  return retainedOf(await queryRows(client, retainedQuery));
}

const retainedQuery = `select source, ${orInfinite('complete_from')} as complete_from from "history"."retained"`;

const retainedOf = (rows: readonly Readonly<Record<string, unknown>>[]): Retained =>
  new Map(rows.map(row => [row['source'] as string, Number(row['complete_from'])]));

/** @throws HistoryBehind where reads look at arrivals that are gone */
export function requireRetained(retained: Retained, source: SqlSource, reach: Reach): void {
  const completeFrom = retained.get(source.name);
  if (completeFrom === undefined) return;
  const first = firstArrival(source, reach);
  if (first !== null && first >= completeFrom) return;
  const needed =
    first === null ? 'all arrivals from the first on' : `arrivals from ${instantText(Number(first))} on`;
  const present = `those from ${instantText(completeFrom)} on: older months were dropped, as its retention says`;
  throw new HistoryBehind([{ source: source.name, of: null, needed, present }]);
}
