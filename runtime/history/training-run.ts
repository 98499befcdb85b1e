// Control path. A training set that neither side holds in memory: see `TrainingRun`.
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { CarriedRow, Progress, RowBatch, TrainingRequest, TrainingRun } from '../training/contract.ts';
import { queryRows, withTransaction } from './client.ts';
import { isSamePartition } from './frontier.ts';
import type { HistoryFrontier } from './frontier.ts';
import type { SqlProgram } from './program.ts';
import { spineRelation } from './relations.ts';
import { resolveRead } from './resolve-read.ts';
import { computeRun } from './run-compute.ts';
import type { RunContext } from './run-compute.ts';
import { takeRun } from './run-lease.ts';
import type { Lease } from './run-lease.ts';
import { carriedColumns, copySpine } from './run-load.ts';
import { openRecord, runSchema } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { resultBatches, resultOf } from './run-results.ts';
import { Steps, stepsRelation } from './run-steps.ts';
import type { AnyDatabase } from './session.ts';
import type { Shape } from './shape.ts';
import { spineTable } from './spine.ts';
import type { FrontierPosition, Known } from './spine.ts';

export interface TrainingRunOptions {
  /** Its name: the same one goes on where it was. Lower case letters, digits and `_`, at most 40. */
  readonly id: string;
  /** Connections that compute at once, each with up to 128 MB (`work_mem`) for a sort or a hash. */
  readonly jobs: number;
  /**
   * Reads of a part: what an interruption loses, and what is in memory at once where a feature is a `compute`. Parts of
   * the result are an eighth of the spine where that is more.
   */
  readonly chunkRows: number;
  /** How it is computed; of no matter to the values. `auto` unless told otherwise. */
  readonly shape?: Shape;
  /** What there is of this name is dropped first, whatever it is of. */
  readonly anew?: boolean;
  /** Answers though the history is behind: from a hole. */
  readonly allowHistoryBehind?: boolean;
}

/**
 * Begins a run, or goes on with the one of that name.
 * @param pool connections straight to the server, `jobs` and one more: the run keeps one, which tells others that it
 *   is at work
 * @throws where the name is of a run for something else, or another process is at it
 */
export async function openTrainingRun(
  pool: pg.Pool,
  program: SqlProgram,
  request: TrainingRequest,
  options: TrainingRunOptions,
): Promise<TrainingRun> {
  const { id, jobs, chunkRows } = checked(pool, options);
  const db: AnyDatabase = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const read = resolveRead(program, request.read);
  const lease = await takeRun(pool, id);
  try {
    if (options.anew === true) await dropRun(pool, id);
    const record = await openRecord(db, id, chunkRows, request, read, program);
    const steps = new Steps(db, record.schema);
    await steps.read();
    const run = {
      steps,
      request,
      read,
      sources: program.sources.filter(({ name }) => read.allSources.includes(name)),
      frontier: record.frontier,
      positions: positionsOf(request.known, record.frontier),
      chunkRows: record.chunkRows,
      jobs,
      shape: options.shape ?? 'auto',
      allowHistoryBehind: options.allowHistoryBehind === true,
    };
    return new ServerRun(pool, id, lease, record, run);
  } catch (error) {
    await lease.end();
    throw error;
  }
}

function checked(pool: pg.Pool, options: TrainingRunOptions): TrainingRunOptions {
  const { id, jobs, chunkRows } = options;
  if (!/^[a-z0-9_]{1,40}$/.test(id))
    throw new RangeError(
      `${id} is no name for a training run: at most 40 of a to z, 0 to 9 and _, in lower case`,
    );
  for (const [name, value] of Object.entries({ jobs, chunkRows })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name}: ${value} is no whole number from 1 on`);
  }
  if (pool.options.max <= jobs)
    throw new RangeError(
      `a training run with ${jobs} jobs takes ${jobs + 1} connections, and its pool has ${pool.options.max}: give it more, or fewer jobs`,
    );
  return options;
}

/** What is read at all: as told, and no further than the history stood. */
function positionsOf(known: Known, frontier: readonly HistoryFrontier[]): readonly FrontierPosition[] {
  const stood = frontier.map(({ source, topic, epoch, partition, nextOffset }) => ({
    ...{ source, topic, epoch, partition, nextOffset },
  }));
  if (known.kind !== 'frontier') return stood;
  return known.positions.map(position => {
    const there = frontier.find(each => isSamePartition(each, position));
    return { ...position, nextOffset: Math.min(position.nextOffset, there?.nextOffset ?? 0) };
  });
}

async function dropRun(pool: pg.Pool, id: string): Promise<void> {
  await withTransaction(pool, client => client.query(`drop schema if exists ${runSchema(id)} cascade`));
}

class ServerRun implements TrainingRun {
  readonly #pool: pg.Pool;
  readonly #id: string;
  readonly #lease: Lease;
  readonly #record: RunRecord;
  readonly #run: Omit<RunContext, 'spineRows'>;
  readonly columns: TrainingRun['columns'];
  readonly frontier: readonly FrontierPosition[];

  constructor(
    pool: pg.Pool,
    id: string,
    lease: Lease,
    record: RunRecord,
    run: Omit<RunContext, 'spineRows'>,
  ) {
    this.#pool = pool;
    this.#id = id;
    this.#lease = lease;
    this.#record = record;
    this.#run = run;
    this.columns = resultOf(run.read.vector, run.request).columns;
    this.frontier = run.positions;
  }

  get loaded(): number | null {
    const { steps } = this.#run;
    return steps.has('spine') ? (steps.resultOf('spine') as number) : null;
  }

  async load(rows: AsyncIterable<readonly CarriedRow[]>): Promise<number> {
    if (this.loaded !== null) throw new Error('the spine of this training run has been loaded already');
    const { request, read, steps } = this.#run;
    const { schema } = this.#record;
    const loaded = await withTransaction(this.#pool, async client => {
      await client.query(`set local search_path = ${schema}`);
      await client.query(spineTable('unlogged', read.vector, carriedColumns(request)));
      const count = await copySpine(client, schema, read.vector, request, rows);
      await client.query(`create index on ${spineRelation} ("n"); analyze ${spineRelation}`);
      await queryRows(client, `insert into ${stepsRelation} values ('spine', $1::jsonb)`, [count]);
      return count;
    });
    steps.note('spine', loaded);
    return loaded;
  }

  async compute(progress: (progress: Progress) => void, signal?: AbortSignal): Promise<void> {
    await computeRun({ ...this.#run, spineRows: this.#rows() }, { progress, signal });
  }

  results(from: number): AsyncIterable<RowBatch> {
    const { read, request, steps } = this.#run;
    const rows = this.#rows();
    if (rows > 0 && !steps.has('result')) throw new Error('this training run has not been computed yet');
    const result = resultOf(read.vector, request);
    return resultBatches(this.#pool, this.#record.schema, result, from, rows);
  }

  async drop(): Promise<void> {
    await dropRun(this.#pool, this.#id);
  }

  async close(): Promise<void> {
    await this.#lease.end();
  }

  #rows(): number {
    if (this.loaded === null) throw new Error('the spine of this training run has not been loaded yet');
    return this.loaded;
  }
}
