// Control path. Writing to the history: each record once, and how far it reaches in the same transaction.
import type pg from 'pg';
import { withTransaction } from './client.ts';
import { copyRecords, copyRefused } from './copy.ts';
import type { Arrived, StoredRecord } from './copy.ts';
import { makeMonths, monthsOf } from './months.ts';
import { advancing, promise, reach, readPartitions, writePartitions } from './partitions.ts';
import type { EarlyArrivals, PartitionReach } from './partitions.ts';
import type { SqlProgram } from './program.ts';
import type { HistoryRecord, RefusedRecord } from './records.ts';

export interface AppendOptions {
  /**
   * Instants, µs, before which every arrival of a partition is in once these records are; by partition key
   * ({@link partitionKey}). Absent: what the records show, that is up to the last one's arrival. An import (topic
   * −1) is complete when it has been written.
   */
  readonly completeUntil?: ReadonlyMap<string, number>;
  /** How far the logs were read, where that is further than their last record; also of partitions without one. */
  readonly reaches?: readonly PartitionReach[];
}

/** What became of the records. */
export interface AppendResult {
  readonly stored: number;
  readonly refused: number;
  /** No news to the tables of rows: tombstones, messages of a connector's own. */
  readonly passed: number;
  /** Below the history's frontier: there already. */
  readonly known: number;
  /**
   * Records that came after it had been said that all of their time were in. They are stored; but a training set
   * that was made in between may lack them.
   */
  readonly early: readonly EarlyArrivals[];
}

/**
 * Appends records, in one transaction with the frontier. Records of one partition come in order of offset; those
 * the history has already are left out, so a batch may be sent again after a crash.
 * @param pool connections straight to the server: COPY is made on one of them
 */
export async function appendHistory(
  pool: pg.Pool,
  program: SqlProgram,
  records: readonly HistoryRecord[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  return await withTransaction(pool, client => appendRecords(client, program, records, options));
}

/** {@link appendHistory} in the transaction that the client is in. */
export async function appendRecords(
  client: pg.ClientBase,
  program: SqlProgram,
  records: readonly HistoryRecord[],
  { completeUntil = new Map(), reaches = [] }: AppendOptions = {},
): Promise<AppendResult> {
  const partitions = await readPartitions(client, [...records, ...reaches]);
  const { stored, refused, passed, known } = sort(program, records, advancing(partitions));
  for (const source of program.sources) {
    const own = stored.get(source.name)!;
    if (source.kind === 'stream') await makeMonths(client, source.name, monthsOf(own.arrivals));
    await copyRecords(client, source, own);
  }
  await makeMonths(client, 'refused', monthsOf(refused.arrivals));
  await copyRefused(client, refused);
  reach(partitions, reaches);
  promise(partitions, completeUntil);
  await writePartitions(client, partitions);
  return {
    stored: records.length - known - passed - refused.records.length,
    refused: refused.records.length,
    passed,
    known,
    early: [...partitions.values()].flatMap(({ early }) => early ?? []),
  };
}

interface Sorted {
  /** By source. */
  readonly stored: ReadonlyMap<string, Arrived<StoredRecord>>;
  readonly refused: Arrived<RefusedRecord>;
  readonly passed: number;
  readonly known: number;
}

/** @param advance a record's arrival, or null where the history has it */
function sort(
  program: SqlProgram,
  records: readonly HistoryRecord[],
  advance: (record: HistoryRecord) => number | null,
): Sorted {
  const stored = new Map<string, Arrived<StoredRecord>>(
    program.sources.map(({ name }) => [name, { records: [], arrivals: [] }]),
  );
  const refused: Arrived<RefusedRecord> = { records: [], arrivals: [] };
  let passed = 0;
  let known = 0;
  for (const record of records) {
    const arrival = advance(record);
    if (arrival === null) known += 1;
    else if (record.kind === 'passed') passed += 1;
    else if (record.kind === 'refused') add(refused, record, arrival);
    else add(storedOf(stored, record), record, arrival);
  }
  return { stored, refused, passed, known };
}

function add<R>({ records, arrivals }: Arrived<R>, record: R, arrival: number): void {
  records.push(record);
  arrivals.push(arrival);
}

function storedOf(
  stored: ReadonlyMap<string, Arrived<StoredRecord>>,
  { source }: StoredRecord,
): Arrived<StoredRecord> {
  const own = stored.get(source);
  if (own === undefined) throw new Error(`the program has no stream or table ${source}`);
  return own;
}
