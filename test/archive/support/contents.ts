// What a history holds, and what it must hold of a log: every record once, in its place, as it was.
import type pg from 'pg';
import { expect } from 'vitest';
import type { SourceRecord } from '../../../runtime/engine/record.ts';
import { historyRecord } from '../../../runtime/history/index.ts';
import type { FakeLog } from './fake-log.ts';
import { program } from './program.ts';

/** A record as one line: where it stands, when it arrived, what it holds. */
export type Line = string;

export async function storedLines(pool: pg.Pool, source: string): Promise<readonly Line[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select concat_ws('/', _epoch, _partition, _offset, "skewless".us(_arrived_at), user_id, "skewless".us(t), name, amount::float8) as line
     from "history"."${source}" where _topic = 0 order by _epoch, _partition, _offset`,
  );
  return rows.map(({ line }) => line);
}

export async function refusedLines(pool: pg.Pool, source: string): Promise<readonly Line[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select concat_ws('/', epoch, partition, "offset", "skewless".us(arrived_at), reason, encode(bytes, 'hex')) as line
     from "history"."refused" where source = $1 order by epoch, partition, "offset"`,
    [source],
  );
  return rows.map(({ line }) => line);
}

/** What both must be, from the log alone. */
export function expectedLines(
  log: FakeLog,
  source: string,
): { readonly stored: readonly Line[]; readonly refused: readonly Line[] } {
  const stored: Line[] = [];
  const refused: Line[] = [];
  const arrivals = new Map<string, number>();
  for (const record of inOrder(log.records(source))) {
    const key = `${record.epoch}/${record.partition}`;
    const arrival = Math.max(record.arrivedAt, arrivals.get(key) ?? -Infinity);
    arrivals.set(key, arrival);
    const decoded = historyRecord(program, record);
    const place = `${key}/${record.offset}/${arrival}`;
    if (decoded.kind === 'refused') {
      const bytes = decoded.bytes === null ? [] : [Buffer.from(decoded.bytes).toString('hex')];
      refused.push([place, decoded.reason, ...bytes].join('/'));
    } else if (decoded.kind === 'event') {
      const { user_id, t, name, amount } = decoded.row;
      stored.push([place, user_id, t, name, ...(amount === null ? [] : [amount])].join('/'));
    }
  }
  return { stored, refused };
}

const inOrder = (records: readonly SourceRecord[]): readonly SourceRecord[] =>
  [...records].sort((a, b) => a.epoch! - b.epoch! || a.partition - b.partition || a.offset - b.offset);

/** The first line that differs, not ten thousand that follow. */
export function expectSame(actual: readonly Line[], expected: readonly Line[]): void {
  const at = expected.findIndex((line, index) => actual[index] !== line);
  if (at >= 0) expect({ at, line: actual[at] }).toEqual({ at, line: expected[at] });
  expect(actual).toHaveLength(expected.length);
}
