// Control path. Rows of an import that do not decode: counted by reason, and staged until it is known what stands before
// them.
import type pg from 'pg';
import { instantOf } from '../history/instants.ts';
import type { RefusedRecord } from '../history/records.ts';
import type { RefusedReason } from './options.ts';
import type { WriteQueue } from './write-queue.ts';

/** `arrived_at` is −infinity where no row before told an arrival. */
export const stagedRefused = '"skewless_import_refused"';

const batchRows = 1_000;

/** Made in a transaction, at whose end it goes. */
export async function makeRefusedStage(client: pg.ClientBase): Promise<void> {
  await client.query(
    `create temporary table ${stagedRefused} (row bigint not null, reason text not null, "column" text, message text not null,
      bytes bytea, arrived_at timestamptz not null) on commit drop`,
  );
}

interface RefusedRow {
  readonly record: RefusedRecord;
  readonly arrivedAt: number;
}

type Counted = { -readonly [Key in keyof RefusedReason]: RefusedReason[Key] };

export class RefusedRows {
  readonly #client: pg.ClientBase;
  /** Null: they are only counted. */
  readonly #queue: WriteQueue | null;
  readonly #reasons = new Map<string, Counted>();
  #rows: RefusedRow[] = [];

  constructor(client: pg.ClientBase, queue: WriteQueue | null) {
    this.#client = client;
    this.#queue = queue;
  }

  /** Most frequent first. */
  get reasons(): readonly RefusedReason[] {
    return [...this.#reasons.values()].sort((a, b) => b.rows - a.rows);
  }

  add(record: RefusedRecord, arrivedAt: number): void {
    this.#count(record);
    if (this.#queue === null) return;
    this.#rows.push({ record, arrivedAt });
    if (this.#rows.length >= batchRows) this.flush();
  }

  flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    const bytes = rows.reduce((sum, { record }) => sum + (record.bytes?.length ?? 0), 0);
    this.#queue?.add(bytes, () => write(this.#client, rows));
  }

  #count({ reason, column, message, offset }: RefusedRecord): void {
    const key = `${reason}/${column ?? ''}`;
    const known = this.#reasons.get(key);
    if (known === undefined)
      this.#reasons.set(key, { reason, column, rows: 1, example: `row ${offset}: ${message}` });
    else known.rows += 1;
  }
}

async function write(client: pg.ClientBase, rows: readonly RefusedRow[]): Promise<void> {
  await client.query(
    `insert into ${stagedRefused} select p.row, p.reason, p."column", p.message, p.bytes,
       case when p.us is null then '-infinity' else ${instantOf('p.us')} end
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[]) as p(row, reason, "column", message, bytes, us)`,
    [
      rows.map(({ record }) => record.offset),
      rows.map(({ record }) => record.reason),
      rows.map(({ record }) => record.column),
      rows.map(({ record }) => record.message.replaceAll('\0', '\\0')),
      rows.map(({ record: { bytes } }) => (bytes === null ? null : Buffer.from(bytes))),
      rows.map(({ arrivedAt }) => (arrivedAt === -Infinity ? null : arrivedAt)),
    ],
  );
}
