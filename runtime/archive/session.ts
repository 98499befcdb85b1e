// Control path. One session with PostgreSQL, which is the turn to archive as well.
//
//   1. the turn is an advisory lock of the very session that writes: a session that ends, in whatever way, gives the
//      turn back and can write no more, so two never write at once
//   2. every transaction begins by asking whether the session has the lock: behind a pooler it might not
//   3. a process that is stopped, or a machine that is cut off, keeps its session. Who waits for the turn watches the
//      session that has it; where the server has waited for its next word for too long, it ends that session. What
//      wakes up later finds its session gone
import pg from 'pg';
import { inTransaction, queryRows } from '../history/client.ts';
import { sessionSettings } from '../postgres/pool.ts';
import type { PostgresConnection } from '../postgres/pool.ts';
import { TurnLost } from './failure.ts';

/** Of the advisory lock: 'skew', and what of ours it is. */
const lockKeys = [0x736b6577, 1] as const;

const ofOurs = `l.locktype = 'advisory' and l.granted and l.classid = ${lockKeys[0]} and l.objid = ${lockKeys[1]} and l.objsubid = 2
  and l.database = (select d.oid from pg_database as d where d.datname = current_database())`;

/** Who has the turn, while the server waits for its next word. */
export interface SilentHolder {
  readonly pid: number;
  /** Changes with each word. */
  readonly since: string;
}

export class Session {
  readonly #client: pg.Client;
  #lost: Error | null = null;

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on('error', error => {
      this.#lost ??= error;
    });
    client.on('end', () => {
      this.#lost ??= new Error('the connection has ended');
    });
  }

  /** @throws what `pg` throws where the server cannot be reached */
  static async open({ ssl, ...connection }: PostgresConnection): Promise<Session> {
    const client = new pg.Client({
      ...connection,
      ...(ssl === true ? { ssl: { rejectUnauthorized: false } } : {}),
      options: Object.entries(sessionSettings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      application_name: 'skewless archiver',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    const session = new Session(client);
    try {
      await client.connect();
    } catch (error) {
      session.drop();
      throw error;
    }
    return session;
  }

  /** Why it is over; null: it is not, as far as anyone knows. */
  get lost(): Error | null {
    return this.#lost;
  }

  /** @returns whether it is this session's turn now */
  async takeTurn(): Promise<boolean> {
    const [row] = await queryRows(
      this.#client,
      `select pg_try_advisory_lock(${lockKeys.join(', ')}) as taken`,
    );
    return row!['taken'] === true;
  }

  /** @returns who has the turn, if the server is waiting for it and we may know */
  async silentHolder(): Promise<SilentHolder | null> {
    const [row] = await queryRows(
      this.#client,
      `select a.pid, greatest(a.state_change, a.query_start)::text as since from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
       where ${ofOurs} and a.wait_event_type = 'Client' and a.wait_event = 'ClientRead'`,
    );
    return row === undefined ? null : { pid: row['pid'] as number, since: row['since'] as string };
  }

  /** Ends another session. */
  async end(pid: number): Promise<void> {
    await queryRows(this.#client, `select pg_terminate_backend($1)`, [pid]);
  }

  /**
   * One transaction, whose statements are `run`'s.
   * @param milliseconds it may take; the session is given up when it takes longer
   * @throws TurnLost where it is not this session's turn
   */
  async transaction<T>(milliseconds: number, run: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    if (this.#lost !== null) throw this.#lost;
    const timer = setTimeout(() => this.drop(), milliseconds);
    try {
      return await inTransaction(this.#client, async () => {
        const [row] = await queryRows(
          this.#client,
          `select exists (select from pg_locks as l where ${ofOurs} and l.pid = pg_backend_pid()) as mine`,
        );
        if (row!['mine'] !== true)
          throw new TurnLost(
            'the session does not hold the lock it took: connect straight to PostgreSQL, not through a pooler of transactions',
          );
        return await run(this.#client);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it at once, without a word to the server: who waits for an answer is told. */
  drop(): void {
    this.#lost ??= new Error('the connection was given up');
    (
      this.#client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }
    ).connection.stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#lost !== null) return;
    // A server that does not answer is not waited for.
    const timer = setTimeout(() => this.drop(), 2_000);
    await this.#client.end().catch(() => undefined);
    clearTimeout(timer);
  }
}
