import type { SourceColumn, StreamPlan } from '../../../generator/ir/index.ts';
import type { Random } from '../random.ts';
import { brokenRow } from './broken-rows.ts';
import { columnValue, keyValue, wireInstant, wireKey } from './column-values.ts';
import { aimedInstant } from './edges.ts';
import type { Edges } from './edges.ts';
import type { PlannedRecord } from './planned-record.ts';

export interface HistoryPlan {
  readonly edges: Edges;
  /** The instants of the reads. µs. */
  readonly reads: readonly number[];
  /** Columns whose values find entities, by source. */
  readonly keyColumns: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many records a source has. */
  readonly size: number;
}

/** Records of a stream: on time, late, early, repeated, broken; at the edges of what any read sees. */
export function streamRecords(source: StreamPlan, plan: HistoryPlan, random: Random): PlannedRecord[] {
  const partitions = random.between(1, 3);
  const times: number[] = [];
  const records: PlannedRecord[] = [];
  while (records.length < plan.size) {
    const repeated = records.length > 0 && random.chance(0.08);
    const record = repeated
      ? repeatedRecord(source, random.pick(records), random)
      : freshRecord(source, plan, times, partitions, random);
    records.push(record);
  }
  return records;
}

function freshRecord(
  source: StreamPlan,
  plan: HistoryPlan,
  times: number[],
  partitions: number,
  random: Random,
): PlannedRecord {
  const aim = (): number =>
    times.length > 0 && random.chance(0.15)
      ? random.pick(times)
      : aimedInstant(plan.reads, plan.edges, random);
  const column = source.columns.find(({ name }) => name === source.eventTime)!;
  const wire = wireInstant(aim(), column.wire.unit, random);
  const time =
    typeof wire === 'string'
      ? Date.parse(wire) * 1000 + Number(wire.slice(-4, -1))
      : (wire as number) * { s: 1_000_000, ms: 1_000, us: 1 }[column.wire.unit];
  times.push(time);
  const row: Record<string, unknown> = {};
  for (const each of source.columns) row[each.name] = cell(each, source, plan, aim, random);
  if (!column.nullable || !random.chance(0.05)) row[source.eventTime] = wire;
  const arrives = time + delayOf(source, plan.edges, random);
  const value = random.chance(0.03) ? brokenRow(row, source.columns, random) : row;
  const stamped = random.chance(0.05) ? { stamped: arrives - random.pick([1, 1_000, 60_000_000]) } : {};
  return { source: source.name, partition: random.below(partitions), arrives, ...stamped, value };
}

function cell(
  column: SourceColumn,
  source: StreamPlan,
  plan: HistoryPlan,
  aim: () => number,
  random: Random,
): unknown {
  const isKey = plan.keyColumns.get(source.name)?.has(column.name) === true;
  if (isKey && !(column.nullable && random.chance(0.1)))
    return wireKey(keyValue(column.type, random), random);
  // Ids are told apart often enough that most records count.
  if (column.name === source.id?.column && column.type.kind !== 'enum') return idValue(column, random);
  return columnValue(column, plan.edges, random, aim);
}

function idValue(column: SourceColumn, random: Random): unknown {
  if (column.nullable && random.chance(0.1)) return null;
  const id = random.below(500);
  switch (column.type.kind) {
    case 'int':
      return id;
    case 'bigint':
      return String(id);
    case 'uuid':
      return `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
    default:
      return `id-${id}`;
  }
}

/** From the event to its arrival: mostly soon, else right at what the source still takes. */
function delayOf({ lateness, earliness }: StreamPlan, edges: Edges, random: Random): number {
  const latest = lateness ?? random.pick(edges.lengths);
  if (random.chance(0.7)) return random.pick([0, 0, 1, 1_000_000, random.below(60_000_000)]);
  return random.pick([
    latest - 1,
    latest,
    latest + 1,
    -earliness,
    -earliness - 1,
    1 - earliness,
    -1,
    random.below(latest + 1),
  ]);
}

/** The same id again: within the horizon, at it, or beyond; sometimes of another row. */
function repeatedRecord(source: StreamPlan, record: PlannedRecord, random: Random): PlannedRecord {
  const horizon = source.id?.horizon ?? 1_000_000;
  const arrives =
    record.arrives + random.pick([0, 1, horizon - 1, horizon, horizon + 1, random.below(horizon)]);
  return { ...record, arrives };
}
