import { Kysely, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import { historyFrontier } from '../../../runtime/history/index.ts';
import type { SqlProgram } from '../../../runtime/history/index.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import type { FrontierEntry } from '../../../runtime/index.ts';
import type { PostgresConnection } from '../../../runtime/postgres/pool.ts';
import { positionOf } from './verify.ts';
import type { Kept } from './verify.ts';

interface Row {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly offset: string;
  readonly reason: string;
}

/** The history that the service writes, for tests to look into; the pool stays the caller's. */
export class OpenHistory {
  readonly db: AnyDatabase;

  constructor(pool: pg.Pool) {
    this.db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  }

  /** Empty before the archiver has made its tables. */
  async frontier(): Promise<readonly FrontierEntry[]> {
    return await historyFrontier(this.db).catch(() => []);
  }

  async kept({ sources }: SqlProgram): Promise<Kept> {
    const stored: Record<string, string[]> = {};
    for (const { name, table } of sources) {
      const rows = await this.#rows(
        `select _topic as topic, _epoch as epoch, _partition as partition, _offset as offset from ${table}`,
      );
      stored[name] = rows.map(row => positionOf({ ...row, offset: Number(row.offset) })).sort();
    }
    const refused = await this.#rows(
      'select source, topic, epoch, partition, "offset", reason from "history"."refused"',
    );
    return {
      stored,
      refused: refused
        .map(row => `${row.source} ${positionOf({ ...row, offset: Number(row.offset) })} ${row.reason}`)
        .sort(),
    };
  }

  async #rows(query: string): Promise<readonly Row[]> {
    const { rows } = await sql.raw<Row>(query).execute(this.db);
    return rows;
  }
}

/** As a configuration has it; a socket's folder is a parameter. */
export function urlOf({ host, port, user, password, database }: PostgresConnection): string {
  const login = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
  return host.startsWith('/')
    ? `postgres://${login}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `postgres://${login}@${host}:${port}/${database}`;
}
