// Control path. The partitions a batch touches: where the history stands in each, and where it stands afterwards.
import type pg from 'pg';
import { queryRows } from './client.ts';
import { instantOf } from './instants.ts';
import type { RecordPlace } from './records.ts';

/** Topic of imported history. */
export const importTopic = -1;

export type PartitionPlace = Pick<RecordPlace, 'source' | 'topic' | 'epoch' | 'partition'>;

/** What is known of a log besides its records. */
export interface PartitionReach extends PartitionPlace {
  /** The log holds nothing for us between the last record handed over and this offset. */
  readonly next: number;
  /** Once all below `next` is in, every record that arrived before this is, µs; null: nothing more is known. */
  readonly completeUntil: number | null;
}

/** Records that arrived before an instant of which it had been said that all before it were in. */
export interface EarlyArrivals extends PartitionPlace {
  readonly records: number;
  /** The first of them, µs, and the instant that had been promised. */
  readonly arrivedAt: number;
  readonly promised: number;
}

interface Partition {
  readonly place: PartitionPlace;
  nextOffset: number;
  /** The greatest arrival so far, µs; −Infinity: there was none. */
  arrivedAt: number;
  /** As it was before this batch, µs. */
  readonly completeUntil: number;
  /** What this batch adds to it. */
  promised: number;
  early: EarlyArrivals | null;
}

export type Partitions = Map<string, Partition>;

export function partitionKey(place: PartitionPlace): string {
  return `${place.source}/${place.topic}/${place.epoch}/${place.partition}`;
}

/** {@link partitionKey} of records of which most are of the same partition as the one before. */
function keyReader(): (place: PartitionPlace) => string {
  let last: PartitionPlace | null = null;
  let key = '';
  return place => {
    const isSame =
      last !== null &&
      place.partition === last.partition &&
      place.source === last.source &&
      place.topic === last.topic &&
      place.epoch === last.epoch;
    if (!isSame) key = partitionKey(place);
    last = place;
    return key;
  };
}

/**
 * What the history has of the partitions of these places; no other transaction adds to them until this one ends.
 * Partitions are locked in one order for all, so that no two transactions wait for each other.
 */
export async function readPartitions(
  client: pg.ClientBase,
  places: readonly PartitionPlace[],
): Promise<Partitions> {
  const found = new Map<string, PartitionPlace>();
  const keyOf = keyReader();
  for (const place of places) {
    const key = keyOf(place);
    if (!found.has(key)) found.set(key, place);
  }
  if (found.size === 0) return new Map();
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const keys = sorted.map(([key]) => `skewless history ${key}`);
  await client.query(
    `select pg_advisory_xact_lock(hashtextextended(k.key, 0)) from unnest($1::text[]) as k(key)`,
    [keys],
  );
  const rows = await queryRows(
    client,
    `select f.next_offset, ${orInfinite('f.arrived_at')} as arrived_at, ${orInfinite('f.complete_until')} as complete_until
     from unnest($1::text[], $2::integer[], $3::integer[], $4::integer[]) with ordinality as p(source, topic, epoch, partition, n)
     left join "history"."frontier" as f using (source, topic, epoch, partition) order by p.n`,
    columnsOfPlaces(sorted.map(([, place]) => place)),
  );
  return new Map(
    sorted.map(([key, { source, topic, epoch, partition }], index) => {
      const row = rows[index]!;
      const isKnown = row['next_offset'] !== null;
      return [
        key,
        {
          place: { source, topic, epoch, partition },
          nextOffset: isKnown ? Number(row['next_offset']) : 0,
          arrivedAt: isKnown ? Number(row['arrived_at']) : -Infinity,
          completeUntil: isKnown ? Number(row['complete_until']) : -Infinity,
          promised: -Infinity,
          early: null,
        },
      ];
    }),
  );
}

/** µs as text that `Number` reads, `-Infinity` and `Infinity` among it. */
export const orInfinite = (instant: string): string =>
  `case ${instant} when 'infinity' then 'Infinity' when '-infinity' then '-Infinity' else "skewless".us(${instant})::text end`;

/** Arrays for `unnest`. */
function columnsOfPlaces(places: readonly PartitionPlace[]): readonly (readonly unknown[])[] {
  return [
    places.map(({ source }) => source),
    places.map(({ topic }) => topic),
    places.map(({ epoch }) => epoch),
    places.map(({ partition }) => partition),
  ];
}

/** Arrivals lie within what a safe integer counts, years 1684 to 2255: a producer may stamp anything. */
const clamped = (us: number): number =>
  Math.min(Math.max(us, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);

/**
 * Moves partitions past their records, one after the other: a function of a record that yields its arrival, which
 * never runs backwards in a partition, and null where the history has the record already.
 */
export function advancing(partitions: Partitions): (record: RecordPlace) => number | null {
  const keyOf = keyReader();
  let lastKey = '';
  let partition: Partition | undefined;
  return record => {
    const key = keyOf(record);
    if (key !== lastKey || partition === undefined) {
      partition = partitions.get(key)!;
      lastKey = key;
    }
    if (record.offset < partition.nextOffset) return null;
    if (Math.floor(record.arrivedAt) !== record.arrivedAt)
      throw new RangeError(
        `${key}, offset ${record.offset}: arrivedAt is no whole number of µs: ${record.arrivedAt}`,
      );
    partition.nextOffset = record.offset + 1;
    const arrival = Math.max(partition.arrivedAt, clamped(record.arrivedAt));
    partition.arrivedAt = arrival;
    if (arrival < partition.completeUntil && record.topic !== importTopic) countEarly(partition, arrival);
    return arrival;
  };
}

function countEarly(partition: Partition, arrivedAt: number): void {
  const { early, place, completeUntil } = partition;
  partition.early =
    early === null
      ? { ...place, records: 1, arrivedAt, promised: completeUntil }
      : { ...early, records: early.records + 1 };
}

/** Moves partitions up to where their logs are known to hold nothing more, and notes what that shows. */
export function reach(partitions: Partitions, reaches: readonly PartitionReach[]): void {
  for (const each of reaches) {
    const partition = partitions.get(partitionKey(each))!;
    partition.nextOffset = Math.max(partition.nextOffset, each.next);
    if (each.completeUntil !== null) partition.promised = Math.max(partition.promised, each.completeUntil);
  }
}

/** @param completeUntil by partition, µs */
export function promise(partitions: Partitions, completeUntil: ReadonlyMap<string, number>): void {
  for (const [key, partition] of partitions) {
    partition.promised = Math.max(partition.promised, completeUntil.get(key) ?? -Infinity);
  }
}

/** An arrival equal to the last one's may still follow it, so what a log's records show is complete before that. */
const shownBy = ({ place, arrivedAt }: Partition): number =>
  place.topic === importTopic ? Infinity : arrivedAt;

export async function writePartitions(client: pg.ClientBase, partitions: Partitions): Promise<void> {
  if (partitions.size === 0) return;
  const all = [...partitions.values()];
  const complete = all.map(partition => Math.max(partition.promised, shownBy(partition)));
  await client.query(
    `insert into "history"."frontier" as f (source, topic, epoch, partition, next_offset, arrived_at, complete_until)
     select p.source, p.topic, p.epoch, p.partition, p.next_offset, ${finiteOr('p.arrived_at')}, ${finiteOr('p.complete_until')}
     from unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::bigint[], $6::text[], $7::text[])
       as p(source, topic, epoch, partition, next_offset, arrived_at, complete_until)
     on conflict (source, topic, epoch, partition) do update set next_offset = excluded.next_offset,
       arrived_at = excluded.arrived_at, complete_until = greatest(f.complete_until, excluded.complete_until)`,
    [
      ...columnsOfPlaces(all.map(({ place }) => place)),
      all.map(({ nextOffset }) => String(nextOffset)),
      all.map(({ arrivedAt }) => String(arrivedAt)),
      complete.map(String),
    ],
  );
}

/** An instant from µs as text, ±Infinity among it. */
const finiteOr = (text: string): string =>
  `case ${text} when 'Infinity' then 'infinity' when '-Infinity' then '-infinity' else ${instantOf(`${text}::bigint`)} end`;
