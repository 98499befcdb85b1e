// Control path. Writes what was read, again and again until PostgreSQL has it: nothing is lost, nothing is doubled.
//
//   1. a failed attempt may have been committed all the same: the history's frontier tells, and what it has is left
//      out of the next one
//   2. the turn goes with the session, and is asked for again. Where another replica has got it meanwhile, this one
//      starts over, from where that one leaves the history
//   3. where the history is further back than it was left (a backup was put back), reading has to start over too: what
//      is in hand would leave a hole
import { appendRecords } from '../history/append.ts';
import type { AppendResult } from '../history/append.ts';
import { readFrontier } from '../history/frontier.ts';
import type { HistoryFrontier } from '../history/frontier.ts';
import { partitionKey } from '../history/partitions.ts';
import type { PartitionReach } from '../history/partitions.ts';
import type { HistoryRecord } from '../history/records.ts';
import type pg from 'pg';
import { adoptionError, ArchiveError, Ended, messageOf, TurnLost } from './failure.ts';
import type { ArchiveOptions, Patience } from './options.ts';
import { Session } from './session.ts';
import type { Waits } from './waits.ts';

/** What happens around an outage. */
export interface OutageEvents {
  away(): void;
  back(): void;
}

export class Writer {
  readonly #options: ArchiveOptions;
  readonly #patience: Patience;
  readonly #waits: Waits;
  readonly #outage: OutageEvents;
  #session: Session;
  /** By partition: the next offset of the history, as this archiver knows it. */
  readonly #left = new Map<string, number>();
  /** Whether the history may have been changed by others since. */
  #isUnsure = false;
  /** What was said of the outage that is on; null: there is none. */
  #said: string | null = null;

  constructor(
    session: Session,
    options: ArchiveOptions,
    patience: Patience,
    waits: Waits,
    outage: OutageEvents,
  ) {
    this.#session = session;
    this.#options = options;
    this.#patience = patience;
    this.#waits = waits;
    this.#outage = outage;
  }

  /** Notes where the history stands. */
  stands(frontier: readonly HistoryFrontier[]): void {
    for (const place of frontier) this.#left.set(partitionKey(place), place.nextOffset);
  }

  /**
   * Appends, however long it takes.
   * @throws TurnLost, ArchiveError, Ended
   */
  async append(records: readonly HistoryRecord[], reaches: readonly PartitionReach[]): Promise<AppendResult> {
    const result = await this.transaction(client =>
      appendRecords(client, this.#options.sql, records, { reaches }),
    );
    for (const place of reaches) {
      const key = partitionKey(place);
      this.#left.set(key, Math.max(place.next, this.#left.get(key) ?? 0));
    }
    return result;
  }

  /**
   * One transaction, made again until it succeeds.
   * @throws TurnLost, ArchiveError, Ended
   */
  async transaction<T>(run: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        if (this.#session.lost !== null) await this.#regain();
        const result = await this.#session.transaction(this.#patience.transaction, async client => {
          if (this.#isUnsure) await this.#requireOurPlace(client);
          return await run(client);
        });
        this.#succeeded();
        return result;
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  drop(): void {
    this.#session.drop();
  }

  async #regain(): Promise<void> {
    this.#isUnsure = true;
    this.#session = await Session.open(this.#options.postgres);
    if (!(await this.#session.takeTurn()))
      throw new TurnLost('another session took the turn while this one was cut off');
  }

  async #requireOurPlace(client: pg.ClientBase): Promise<void> {
    const present = new Map(
      (await readFrontier(client)).map(place => [partitionKey(place), place.nextOffset]),
    );
    for (const [key, left] of this.#left) {
      const next = present.get(key) ?? 0;
      if (next < left) throw new TurnLost(`the history of ${key} ends at ${next}, and had reached ${left}`);
    }
  }

  #succeeded(): void {
    this.#isUnsure = false;
    this.#waits.succeeded();
    if (this.#said === null) return;
    this.#said = null;
    this.#options.log.info('the archive writes to PostgreSQL again');
    this.#options.events.health('archiving', null);
    this.#outage.back();
  }

  /** Waits, where another attempt makes sense. */
  async #failed(error: unknown): Promise<void> {
    if (error instanceof TurnLost || error instanceof Ended) throw error;
    const final = adoptionError(error);
    if (final !== null) throw final;
    // Not the server's word, nor the connection's: the same attempt would fail for ever.
    if (error instanceof TypeError || error instanceof RangeError)
      throw new ArchiveError(`a record cannot be written: ${error.message}`, { cause: error });
    const { log, events } = this.#options;
    const detail = messageOf(error);
    events.failed(detail);
    if (this.#said !== detail) {
      log.warn({ detail }, 'the archive cannot write to PostgreSQL; it keeps what it has, and tries on');
      events.health('away', detail);
    }
    if (this.#said === null) this.#outage.away();
    this.#said = detail;
    await this.#waits.afterFailure();
  }
}
