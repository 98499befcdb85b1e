import { parseDuration } from '../dsl/index.ts';
import type { Duration, StreamDefinition } from '../dsl/index.ts';
import { parseBytes, Refusal, rowDecoder } from './record.ts';
import type { Entry, Placed, RowValue, Verdict } from './record.ts';

/** A row that features are made of: an event, a change, or a table's row at the instant of the read. */
export interface Row extends Placed {
  readonly value: RowValue;
  /** Event time; for a table's row its time column. null: the row has none. */
  readonly time: number | null;
  /** What lambdas made of the row, each called once. */
  readonly memo: Map<unknown, unknown>;
}

/** The events of a stream that count whatever the read: decoded, punctual (§3.1) and no repeats (§3.2). */
export function streamRows(definition: StreamDefinition, log: readonly Entry[], verdicts: Verdict[]): Row[] {
  const decode = rowDecoder(definition.shape);
  const lateness = definition.lateness === null ? Infinity : length(definition.lateness);
  const earliness = length(definition.earliness);
  const horizon = length(definition.horizon);
  /** By partition and id: when the last punctual event of that id arrived. */
  const arrivals = new Map<string, number>();
  const rows: Row[] = [];
  for (const { index, value, ...placed } of log) {
    const json = value instanceof Uint8Array ? parseBytes(value, definition.shape) : value;
    const row = json === undefined ? new Refusal(null, 'not JSON') : decode(json);
    if (row instanceof Refusal) {
      verdicts[index] = row;
      continue;
    }
    const { arrivedAt, position } = placed;
    const time = (row[definition.eventTime] ?? null) as number | null;
    const late = time !== null && arrivedAt - time > lateness;
    const early = time !== null && time - arrivedAt > earliness;
    const id = definition.id === null ? null : row[definition.id];
    let repeat = false;
    if (!late && !early && id != null) {
      const key = `${position.slice(0, 3).join()}:${String(id)}`;
      repeat = arrivedAt - (arrivals.get(key) ?? -Infinity) < horizon;
      arrivals.set(key, arrivedAt);
    }
    verdicts[index] = { kind: late ? 'late' : early ? 'early' : repeat ? 'repeat' : 'counted' };
    if (verdicts[index].kind === 'counted') rows.push({ ...placed, value: row, time, memo: new Map() });
  }
  return rows;
}

/** The µs of a duration that was declared. */
export function length(duration: Duration): number {
  const us = parseDuration(duration);
  if (us === null)
    throw new RangeError(`'${duration}' is no duration: write a whole number and a unit, as '30m'`);
  return us;
}
