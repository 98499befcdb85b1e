import type { Random } from '../../support/random.ts';
import { RECENT } from './recent.ts';
import type { CrashMessage } from './records.ts';

type Row = Readonly<Record<string, number | string | null>>;

export interface TableShape {
  readonly source: string;
  /** Draws a primary key. */
  readonly key: () => Row;
  /** Draws the other columns. */
  readonly row: (now: number) => Row;
  /** Of these, columns that an update leaves alone, most of the time. */
  readonly fixed: readonly string[];
}

/** The rows of one table, and what its connector says of them: Debezium's envelope, replica identity `default`. */
export class TableRows {
  readonly source: string;
  readonly #random: Random;
  readonly #shape: TableShape;
  readonly #nextLsn: () => number;
  readonly #rows = new Map<string, Row>();
  readonly #recent: CrashMessage[] = [];
  #deleted: string | null = null;

  constructor(random: Random, shape: TableShape, nextLsn: () => number) {
    this.source = shape.source;
    this.#random = random;
    this.#shape = shape;
    this.#nextLsn = nextLsn;
  }

  /** @param now ms */
  next(now: number): CrashMessage {
    const random = this.#random;
    if (this.#deleted !== null) {
      const key = this.#deleted;
      this.#deleted = null;
      return { source: this.source, key, value: null };
    }
    // A connector that was killed says again what it has said.
    if (this.#recent.length > 0 && random.chance(0.06)) return random.pick(this.#recent);
    if (random.chance(0.002)) {
      this.#rows.clear();
      return this.#said('truncate', this.#envelope('t', now, null, null));
    }
    const message = this.#change(now);
    this.#recent.push(message);
    if (this.#recent.length > RECENT) this.#recent.shift();
    return message;
  }

  #change(now: number): CrashMessage {
    const random = this.#random;
    const primary = this.#shape.key();
    const key = JSON.stringify(primary);
    const before = this.#rows.get(key);
    if (before !== undefined && random.chance(0.12)) {
      this.#rows.delete(key);
      this.#deleted = key;
      return this.#said(key, this.#envelope('d', now, primary, null));
    }
    const drawn = this.#shape.row(now);
    const kept = before !== undefined && random.chance(0.8) ? this.#fixedOf(before) : {};
    const row = { ...primary, ...drawn, ...kept };
    this.#rows.set(key, row);
    const op = before === undefined ? random.pick(['c', 'r']) : 'u';
    return this.#said(key, this.#envelope(op, now, null, row));
  }

  #fixedOf(row: Row): Row {
    return Object.fromEntries(this.#shape.fixed.map(column => [column, row[column]!]));
  }

  #said(key: string, value: string): CrashMessage {
    return { source: this.source, key, value };
  }

  #envelope(op: string, now: number, before: Row | null, after: Row | null): string {
    const lsn = this.#nextLsn();
    const source = { connector: 'postgresql', table: this.source, ts_ms: now, ts_us: now * 1000, lsn };
    return JSON.stringify({ op, before, after, source, ts_ms: now });
  }
}
