import type { Program, SourcePlan } from '../../../generator/ir/index.ts';
import type { SourceRecord } from '../../../testing/index.ts';
import type { Random } from '../random.ts';
import type { PlannedRecord } from './planned-record.ts';
import { streamRecords } from './stream-records.ts';
import type { HistoryPlan } from './stream-records.ts';
import { tableRecords } from './table-records.ts';
import { jsonText, jsonValue } from './wire-text.ts';

/** A record with what the log makes of it. */
export interface LoggedRecord extends SourceRecord {
  /** The greatest timestamp in its partition so far (semantics §2). */
  readonly effectiveArrival: number;
}

/**
 * A random history of every source of a program, in order of arrival.
 * The order of one partition's offsets is kept in it.
 */
export function randomHistory(program: Program, plan: HistoryPlan, random: Random): LoggedRecord[] {
  const planned = program.sources.flatMap(source => recordsOf(source, plan, random.fork()));
  planned.sort((a, b) => a.arrives - b.arrives);
  const epochs = new Map(
    program.sources.map(({ name }) => [name, random.chance(0.3) ? random.below(planned.length) : Infinity]),
  );
  const imported = new Map(
    program.sources.map(({ name }) => [name, random.chance(0.3) ? random.below(planned.length / 2) : 0]),
  );
  const partitions = new Map<string, { offset: number; arrival: number }>();
  const logged = planned.map((record, index): LoggedRecord => {
    // The beginning may come from an import, and the topic may have been made anew since.
    const topic = index < imported.get(record.source)! ? -1 : 0;
    const epoch = topic === 0 && index >= epochs.get(record.source)! ? 1 : 0;
    const number = topic === -1 ? 0 : record.partition;
    const place = `${record.source} ${topic} ${epoch} ${number}`;
    const partition = partitions.get(place) ?? { offset: random.pick([0, 0, 1000]), arrival: -Infinity };
    const arrivedAt = record.stamped ?? record.arrives;
    partition.arrival = Math.max(partition.arrival, arrivedAt);
    const { offset, arrival: effectiveArrival } = partition;
    // Compaction and transactions leave holes.
    partition.offset += random.chance(0.05) ? random.between(2, 9) : 1;
    partitions.set(place, partition);
    const { source } = record;
    return {
      source,
      ...(topic === 0 ? {} : { topic }),
      ...(epoch === 0 ? {} : { epoch }),
      partition: number,
      offset,
      arrivedAt,
      effectiveArrival,
      value: onTheWire(record.value, random),
      ...(record.key === undefined ? {} : { key: onTheWire(record.key, random) }),
    };
  });
  return logged
    .map((record, index) => ({ record, index }))
    .sort((a, b) => a.record.effectiveArrival - b.record.effectiveArrival || a.index - b.index)
    .map(({ record }) => record);
}

function recordsOf(source: SourcePlan, plan: HistoryPlan, random: Random): PlannedRecord[] {
  if (source.kind === 'changes') return [];
  return source.kind === 'stream' ? streamRecords(source, plan, random) : tableRecords(source, plan, random);
}

/** Parsed JSON, or its bytes; rarely bytes that are none. */
function onTheWire(value: unknown, random: Random): unknown {
  if (random.chance(0.5)) return jsonValue(value);
  const text = jsonText(value);
  if (!random.chance(0.01)) return Buffer.from(text, 'utf8');
  return random.pick([
    Buffer.from(text.slice(0, -1)),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(`${text} x`),
    Buffer.alloc(0),
  ]);
}
