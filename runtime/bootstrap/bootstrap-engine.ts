// Control path. A state from the history: as if its engine had streamed from the beginning up to the history's frontier.
//
//   1. all is read in one snapshot: what is appended meanwhile is left to the stream
//   2. a source after the other, its partitions merged by arrival: imports come before the log, and an epoch before the
//      next (semantics §10, rule 41); a truncate is known as early as the log told it (rule 40)
//   3. what no read from now on can see is let go on the way, as a clock that followed the arrivals would
//   4. each partition's frontier is the history's own: what was refused, and what lies between records, is passed too
import type pg from 'pg';
import { Engine } from '../engine/engine.ts';
import type { StreamProgram } from '../engine/program.ts';
import { queryRows } from '../history/client.ts';
import { readFrontier } from '../history/frontier.ts';
import type { HistoryFrontier } from '../history/frontier.ts';
import type { SqlProgram } from '../history/program.ts';
import { readRetainedOn } from '../history/retained.ts';
import { DroppedHistory } from './errors.ts';
import type { DroppedArrivals } from './errors.ts';
import { readRows } from './history-rows.ts';
import { reachesOf } from './reach.ts';
import type { Reaches } from './reach.ts';

export interface BootstrapOptions {
  /** µs. The engine answers reads from here less its lookback on; what only earlier ones could see is not read. */
  readonly now: number;
  /** Builds the state from what is left where retention has dropped arrivals that features look at. */
  readonly allowDropped?: boolean;
  /** Rows between two looks at what can be let go; 4,096 unless given. */
  readonly settleEvery?: number;
  /** Is told now and then how far it is. */
  readonly progress?: (progress: BootstrapProgress) => void;
}

export interface BootstrapProgress {
  readonly source: string;
  /** Of this source. */
  readonly rows: number;
  /** Of the last of them, µs. */
  readonly arrivedAt: number;
}

export interface Bootstrapped {
  readonly engine: Engine;
  /** Rows read, by source. */
  readonly rows: Readonly<Record<string, number>>;
  /** What is gone and would have been looked at; only where that was allowed. */
  readonly dropped: readonly DroppedArrivals[];
}

const SETTLE_EVERY = 4_096;
const TELL_EVERY = 65_536;

/**
 * Builds an engine from the history, up to its frontier.
 * @param pool connections straight to the server: rows come by COPY on one of them
 * @returns null where there is no history yet
 * @throws DroppedHistory; what `pg` throws
 */
export async function bootstrapEngine(
  pool: pg.Pool,
  stream: StreamProgram,
  sql: SqlProgram,
  options: BootstrapOptions,
): Promise<Bootstrapped | null> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(`begin isolation level repeatable read read only; set local timezone = 'UTC';
      set local work_mem = '128MB'; set local jit = off`);
    const built = await build(client, stream, sql, options);
    await client.query('commit');
    broken = false;
    return built;
  } finally {
    client.release(broken);
  }
}

async function build(
  client: pg.ClientBase,
  stream: StreamProgram,
  sql: SqlProgram,
  { now, allowDropped = false, settleEvery = SETTLE_EVERY, progress }: BootstrapOptions,
): Promise<Bootstrapped | null> {
  const [found] = await queryRows(
    client,
    `select to_regclass('"history"."frontier"') is not null as present`,
  );
  if (found!['present'] !== true) return null;
  // Before anything is looked at, as a reading transaction does: no month goes from here on.
  const tables = sql.sources.map(({ table }) => table);
  if (tables.length > 0) await client.query(`lock table only ${tables.join(', only ')} in access share mode`);
  const frontier = (await readFrontier(client)).filter(({ source }) =>
    sql.sources.some(({ name }) => name === source),
  );
  if (frontier.length === 0) return null;
  const reaches = await reachesOf(client, stream, sql, now);
  const dropped = await droppedArrivals(client, reaches);
  if (dropped.length > 0 && !allowDropped) throw new DroppedHistory(dropped);
  const engine = new Engine(stream);
  openPartitions(engine, frontier);
  const rows: Record<string, number> = {};
  for (const source of sql.sources) {
    const { name } = source;
    let count = 0;
    await readRows(client, stream, source, reaches.get(name) ?? null, record => {
      engine.ingestDecoded(record);
      count += 1;
      if (count % settleEvery === 0) engine.settle(name, Math.min(record.arrivedAt, now));
      if (count % TELL_EVERY === 0) progress?.({ source: name, rows: count, arrivedAt: record.arrivedAt });
    });
    rows[name] = count;
  }
  for (const entry of frontier) engine.pass(entry, entry.arrivedAt);
  engine.tick(now);
  return { engine, rows, dropped };
}

/** All partitions are known before the first record, in order: what has ended (rule 41) needs no second place. */
function openPartitions(engine: Engine, frontier: readonly HistoryFrontier[]): void {
  for (const entry of frontier) engine.pass({ ...entry, nextOffset: -Infinity });
}

/** Where features look at arrivals that retention has dropped. */
async function droppedArrivals(client: pg.ClientBase, reaches: Reaches): Promise<readonly DroppedArrivals[]> {
  return [...(await readRetainedOn(client))].flatMap(([source, completeFrom]) => {
    const needed = reaches.get(source);
    if (needed === undefined || (needed !== null && needed >= completeFrom)) return [];
    return [{ source, needed, completeFrom }];
  });
}
