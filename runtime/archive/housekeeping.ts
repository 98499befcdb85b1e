// Control path. Months made ahead, so that no batch waits for one; months dropped that retention no longer holds.
import { dropBefore } from '../history/retention.ts';
import { makeMonths, monthOf } from '../history/months.ts';
import type { SqlProgram } from '../history/program.ts';
import { listed, suggestion } from '../../kernels/nearest.ts';
import { ArchiveError, messageOf } from './failure.ts';
import type { ArchiveOptions, Patience } from './options.ts';
import type { Writer } from './writer.ts';

/** A month is not dropped while it is read; soon it is tried again. */
const soon = 60_000;
const lockTimeout = '2s';

export class Housekeeping {
  readonly #options: ArchiveOptions;
  readonly #patience: Patience;
  readonly #writer: Writer;
  #due = -Infinity;

  constructor(options: ArchiveOptions, patience: Patience, writer: Writer) {
    this.#options = options;
    this.#patience = patience;
    this.#writer = writer;
  }

  /** Does what is due. */
  async run(): Promise<void> {
    if (performance.now() < this.#due) return;
    this.#due = performance.now() + this.#patience.housekeeping;
    await this.#makeAhead();
    for (const [source, retention] of Object.entries(this.#options.retention ?? {})) {
      if (!(await this.#drop(source, retention))) {
        this.#due = performance.now() + Math.min(soon, this.#patience.housekeeping);
      }
    }
  }

  async #makeAhead(): Promise<void> {
    const { sql, now } = this.#options;
    const month = monthOf(now());
    const tables = ['refused', ...streamsOf(sql)];
    await this.#writer.transaction(async client => {
      for (const table of tables) await makeMonths(client, table, [month, month + 1]);
    });
  }

  /** @returns whether it could be done */
  async #drop(source: string, retention: number): Promise<boolean> {
    const { now, log, events } = this.#options;
    const before = now() - retention;
    let waitsFor: string | null = null;
    const dropped = await this.#writer.transaction(async client => {
      await client.query(`set local lock_timeout = '${lockTimeout}'; savepoint retention`);
      try {
        return await dropBefore(client, source, before);
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        waitsFor = messageOf(error);
        await client.query('rollback to savepoint retention');
        return null;
      }
    });
    if (waitsFor !== null) {
      log.info({ source }, 'old months are being read, and are dropped later');
      return false;
    }
    if (dropped !== null) {
      const { months, completeFrom } = dropped;
      log.info(
        { source, months, completeFrom: new Date(completeFrom / 1000).toISOString() },
        'dropped months that retention no longer holds',
      );
      events.dropped(source, months, completeFrom);
    }
    return true;
  }
}

const streamsOf = ({ sources }: SqlProgram): readonly string[] =>
  sources.filter(({ kind }) => kind === 'stream').map(({ name }) => name);

const isLockTimeout = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | null)?.code === '55P03';

/** @throws ArchiveError where a retention is none, or of what cannot have one */
export function checkRetention({ sql, retention = {} }: Pick<ArchiveOptions, 'sql' | 'retention'>): void {
  for (const [name, microseconds] of Object.entries(retention)) {
    const source = sql.sources.find(candidate => candidate.name === name);
    if (source === undefined) {
      const streams = streamsOf(sql);
      throw new ArchiveError(
        `retention.${name}: the program has no such stream; ${suggestion(name, streams) ?? `there are ${listed(streams)}`}`,
      );
    }
    if (source.kind === 'table') {
      throw new ArchiveError(
        `retention.${name}: ${name} is a table. A row may stand as its first change left it, so a change of any age may be needed to tell the table's rows: remove this retention`,
      );
    }
    if (!Number.isFinite(microseconds) || microseconds < 0)
      throw new ArchiveError(`retention.${name}: ${microseconds} is no duration in µs`);
  }
}
