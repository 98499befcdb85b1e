// Control path. What was refused, decoded again after a fix, as a new import.
//
//   1. an import is a log of its own: topic −1, its epoch the number of the import, its offsets the rank of its
//      records by (arrivedAt, position). Each keeps the arrival it had
//   2. what decodes now is appended and marked with the import's number: never again is it taken
//   3. what still does not decode stays, with the reason of today
//
// A live state has passed these records long ago and does not see them; one that is built from history does. Changes of
// tables are left alone: behind the versions that came after it, a change from the middle would stand as the first one
// of its row, and take the truth from those that follow. A new snapshot by the connector is what brings such rows back.
import type pg from 'pg';
import { suggestion } from '../../kernels/nearest.ts';
import type { StreamProgram } from '../engine/program.ts';
import { decodeEncoded, prepareEncoded, refusedEncoded } from '../decode/decode-encoded.ts';
import { Refusal } from '../decode/refusal.ts';
import type { SourceRecord } from '../engine/record.ts';
import type { Decoder } from '../sources/decoder.ts';
import { appendRecords } from './append.ts';
import { queryRows, withTransaction } from './client.ts';
import { historyDecoder } from './decode-record.ts';
import { lockImports, nextImport } from './import-number.ts';
import { noteImport } from './import-registry.ts';
import { importTopic } from './partitions.ts';
import type { SqlProgram } from './program.ts';
import type { HistoryRecord, RefusedRecord } from './records.ts';
import { quoteText } from './relations.ts';

export interface ReingestOptions {
  /** The stream whose records are tried; all streams unless told otherwise. */
  readonly source?: string;
  /** Tells what would come of it, and changes nothing. */
  readonly dryRun?: boolean;
  /** What reads the values of sources that are not JSON. */
  readonly encodings?: readonly Encoding[];
}

/** How the values of a source are encoded. */
export interface Encoding {
  readonly source: string;
  readonly decoder: Decoder;
  /** Names of the source's topics, in order. */
  readonly topics: readonly string[];
}

export interface ReingestReport {
  /** Of each source that has refused records left, by name. */
  readonly sources: readonly ReingestedSource[];
}

export interface ReingestedSource {
  readonly source: string;
  /** The number of the import, which is the epoch of its records; null where none decodes. */
  readonly import: number | null;
  readonly appended: number;
  /** What still does not decode, by reason, most frequent first. */
  readonly refused: readonly {
    readonly reason: string;
    readonly column: string | null;
    readonly records: number;
  }[];
  /** Why none was tried, and how many there are; null: they were. */
  readonly leftAlone: { readonly why: 'table' | 'unknown-source'; readonly records: number } | null;
}

const chunk = 5_000;

/**
 * Tries what lies in `history.refused` with the decoders of now. All or nothing.
 * @param pool connections straight to the server: COPY is made on one of them
 * @throws where the program has no stream of the name asked for
 */
export async function reingest(
  pool: pg.Pool,
  program: StreamProgram,
  sql: SqlProgram,
  { source: only, dryRun = false, encodings = [] }: ReingestOptions = {},
): Promise<ReingestReport> {
  if (only !== undefined) requireStream(sql, only);
  return await withTransaction(pool, async client => {
    await lockImports(client);
    const waiting = await queryRows(
      client,
      `select source, count(*)::float8 as records from "history"."refused"
       where reingested_epoch is null and ($1::text is null or source = $1) group by source order by source`,
      [only ?? null],
    );
    const sources: ReingestedSource[] = [];
    for (const row of waiting) {
      const source = row['source'] as string;
      const kind = sql.sources.find(({ name }) => name === source)?.kind;
      sources.push(
        kind === 'stream'
          ? await reingestSource(client, { program, sql, dryRun, encodings }, source)
          : leftAlone(source, kind === 'table' ? 'table' : 'unknown-source', row['records'] as number),
      );
    }
    return { sources };
  });
}

function requireStream({ sources }: SqlProgram, name: string): void {
  const source = sources.find(candidate => candidate.name === name);
  if (source === undefined) {
    const streams = sources.filter(({ kind }) => kind === 'stream').map(stream => stream.name);
    throw new Error(`the program has no stream ${name}${withColon(suggestion(name, streams))}`);
  }
  if (source.kind === 'table') {
    throw new Error(
      `${name} is a table: a change that is put in later would stand as the first of its row. Let the connector make a new snapshot of the table instead`,
    );
  }
}

const withColon = (text: string | null): string => (text === null ? '' : `: ${text}`);

const leftAlone = (source: string, why: 'table' | 'unknown-source', records: number): ReingestedSource => ({
  ...{ source, import: null, appended: 0, refused: [] },
  leftAlone: { why, records },
});

interface Attempt extends Required<Pick<ReingestOptions, 'dryRun' | 'encodings'>> {
  readonly program: StreamProgram;
  readonly sql: SqlProgram;
}

async function reingestSource(
  client: pg.ClientBase,
  { program, sql, dryRun, encodings }: Attempt,
  source: string,
): Promise<ReingestedSource> {
  const decode = historyDecoder(program);
  const encoding = encodings.find(each => each.source === source);
  const epoch = await nextImport(client, source);
  const reasons = new Map<string, { reason: string; column: string | null; records: number }>();
  const eventTime = sql.sources.find(({ name }) => name === source)!.punctuality?.eventTime ?? null;
  let appended = 0;
  let [first, last] = [Infinity, -Infinity];
  await client.query(
    `declare waiting no scroll cursor for select topic, epoch, partition, "offset", "skewless".us(arrived_at) as us, bytes
     from "history"."refused" where source = ${quoteText(source)} and reingested_epoch is null
     order by arrived_at, topic, epoch, partition, "offset"`,
  );
  for (;;) {
    const page = await nextPage(client);
    if (page.length === 0) break;
    const good: Waiting[] = [];
    const records: HistoryRecord[] = [];
    const still: StillRefused[] = [];
    for (const waiting of page) {
      const { arrivedAt, bytes } = waiting;
      const place = { source, topic: importTopic, epoch, partition: 0 };
      const stored = { ...place, offset: appended + records.length, arrivedAt, value: bytes };
      const record = decode(encoding === undefined ? stored : await decoded(stored, encoding, waiting.topic));
      if (record.kind === 'refused') {
        still.push({ ...waiting, record });
        count(reasons, record);
      } else {
        good.push(waiting);
        records.push(record);
        const isDated = record.kind === 'event' && eventTime !== null;
        const time = isDated ? (record.row[eventTime] as number) : arrivedAt;
        first = Math.min(first, time);
        last = Math.max(last, time);
      }
    }
    appended += records.length;
    if (dryRun) continue;
    await appendRecords(client, sql, records);
    await mark(client, source, good, epoch);
    await renew(client, source, still);
  }
  await client.query('close waiting');
  if (appended > 0 && !dryRun)
    await noteImport(client, {
      ...{ source, number: epoch, digest: 'reingested', from: 'what was refused', cut: null },
      ...{ stored: appended, refused: 0, first, last },
    });
  return {
    source,
    import: appended > 0 ? epoch : null,
    appended,
    refused: [...reasons.values()].sort((a, b) => b.records - a.records),
    leftAlone: null,
  };
}

/** @throws what the decoder's preparation throws: it can be tried again */
async function decoded(
  record: SourceRecord,
  { source, decoder, topics }: Encoding,
  place: number,
): Promise<SourceRecord> {
  const topic = topics[place];
  const { value } = record;
  // A topic that the source has no more is of nobody knows which encoding, and a record of an import is JSON.
  if (topic === undefined || !(value instanceof Uint8Array)) return record;
  const prepared = prepareEncoded(decoder, record, { source, topic }, false);
  if (prepared instanceof Refusal) return refusedEncoded(record, prepared);
  await prepared;
  return decodeEncoded(decoder, record, { source, topic }, false);
}

function count(
  reasons: Map<string, { reason: string; column: string | null; records: number }>,
  { reason, column }: RefusedRecord,
): void {
  const key = `${reason}/${column ?? ''}`;
  const counted = reasons.get(key) ?? { reason, column, records: 0 };
  counted.records += 1;
  reasons.set(key, counted);
}

/** A refused record, by its place. */
interface Waiting {
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly offset: string;
  /** µs. */
  readonly arrivedAt: number;
  readonly bytes: Uint8Array | null;
}

interface StillRefused extends Waiting {
  readonly record: RefusedRecord;
}

async function nextPage(client: pg.ClientBase): Promise<readonly Waiting[]> {
  const rows = await queryRows(client, `fetch forward ${chunk} from waiting`);
  return rows.map(row => ({
    topic: row['topic'] as number,
    epoch: row['epoch'] as number,
    partition: row['partition'] as number,
    offset: row['offset'] as string,
    arrivedAt: Number(row['us']),
    bytes: row['bytes'] as Uint8Array | null,
  }));
}

/** Arrays for `unnest` as `p`, from $2 on. */
const placesOf = (waiting: readonly Waiting[]): readonly (readonly unknown[])[] => [
  waiting.map(({ topic }) => topic),
  waiting.map(({ epoch }) => epoch),
  waiting.map(({ partition }) => partition),
  waiting.map(({ offset }) => offset),
];
const places = '$2::integer[], $3::integer[], $4::integer[], $5::bigint[]';
const isPlace = `(r.source, r.topic, r.epoch, r.partition, r."offset") = ($1, p.topic, p.epoch, p.partition, p."offset")`;

async function mark(
  client: pg.ClientBase,
  source: string,
  waiting: readonly Waiting[],
  epoch: number,
): Promise<void> {
  await client.query(
    `update "history"."refused" as r set reingested_epoch = $6, reingested_at = now()
     from unnest(${places}) as p(topic, epoch, partition, "offset") where ${isPlace}`,
    [source, ...placesOf(waiting), epoch],
  );
}

async function renew(client: pg.ClientBase, source: string, still: readonly StillRefused[]): Promise<void> {
  await client.query(
    `update "history"."refused" as r set reason = p.reason, "column" = p."column", message = p.message
     from unnest(${places}, $6::text[], $7::text[], $8::text[]) as p(topic, epoch, partition, "offset", reason, "column", message)
     where ${isPlace} and (r.reason, r."column", r.message) is distinct from (p.reason, p."column", p.message)`,
    [
      source,
      ...placesOf(still),
      still.map(({ record }) => record.reason),
      still.map(({ record }) => record.column),
      still.map(({ record }) => record.message.replaceAll('\0', '\\0')),
    ],
  );
}
