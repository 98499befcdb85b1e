// Hot path: the rows of one key of a group, in the order in which its aggregates read them.
import type { Scalar } from '../engine/value.ts';

/** The feed that a row is held by. */
export interface RowHolder {
  /** The row is seen to commit time `until` only. */
  replace(row: FeedRow, until: number): void;
  /** No read to come sees the row. */
  remove(row: FeedRow): void;
}

/** A row of a table or an event of its changes, with what a group's lambdas make of it. */
export interface FeedRow {
  readonly feed: RowHolder;
  readonly slot: number;
  /** −Infinity for a row without time. */
  readonly time: number;
  /** The commit times at which it is seen: [from, until). */
  readonly from: number;
  until: number;
  readonly lane: number;
  readonly offset: number;
  /** Of the primary key, in its order. */
  readonly key: readonly Scalar[];
  readonly selected: readonly boolean[];
  readonly inputs: readonly (Scalar | null)[];
  /** No read can see it any more: it is held no longer. */
  gone: boolean;
}

const nothing: FeedRow[] = [];

export type Order = (a: FeedRow, b: FeedRow) => number;

/**
 * Rows that stand, and rows that stood. A read at an instant after which nothing has changed, which nearly every one
 * is, sees those that stand: they are kept in order. A read in the past looks also at what was replaced since.
 */
export class SlotRows {
  /** In order; each is seen from some commit time on. */
  readonly #standing: FeedRow[] = [];
  /** In order of `until`; most keys have none, and no array for them. */
  #replaced = nothing;
  /** From this commit time on, all that stands is seen and nothing else is. */
  #settled = -Infinity;
  readonly #order: Order;

  constructor(order: Order) {
    this.#order = order;
  }

  get size(): number {
    return this.#standing.length + this.#replaced.length;
  }

  add(row: FeedRow): void {
    if (row.until !== Infinity) {
      this.#addReplaced(row);
      return;
    }
    if (row.from > this.#settled) this.#settled = row.from;
    const rows = this.#standing;
    const end = rows.length;
    if (end === 0 || this.#order(rows[end - 1]!, row) <= 0) rows.push(row);
    else rows.splice(this.#place(row), 0, row);
  }

  /** The row is seen no longer than to `until`. */
  replace(row: FeedRow, until: number): void {
    if (row.until !== Infinity) this.#removeReplaced(row);
    else this.#removeStanding(row);
    row.until = until;
    this.#addReplaced(row);
  }

  remove(row: FeedRow): void {
    row.gone = true;
    if (row.until !== Infinity) this.#removeReplaced(row);
    else this.#removeStanding(row);
  }

  /** The rows as of commit time `to`, in order; not to be changed. */
  visible(to: number): readonly FeedRow[] {
    if (to >= this.#settled) return this.#standing;
    const seen = this.#standing.filter(row => row.from <= to);
    const standing = seen.length;
    for (let i = this.#firstAfter(to); i < this.#replaced.length; i += 1) {
      if (this.#replaced[i]!.from <= to) seen.push(this.#replaced[i]!);
    }
    return seen.length === standing ? seen : seen.sort(this.#order);
  }

  /** Lets rows go that are of no time after `horizon`, but those that `keeps` asks for. */
  trim(horizon: number, keeps: (rows: readonly FeedRow[]) => ReadonlySet<FeedRow>): void {
    const rows = this.#standing;
    let old = 0;
    while (old < rows.length && rows[old]!.time <= horizon) old += 1;
    if (old === 0) return;
    const kept = keeps(rows.slice(0, old));
    for (let i = 0; i < old; i += 1) if (!kept.has(rows[i]!)) rows[i]!.gone = true;
    rows.splice(0, old, ...kept);
  }

  /** Where a row stands, or belongs: the first place that is not before it. */
  #place(row: FeedRow): number {
    const rows = this.#standing;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#order(rows[middle]!, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #removeStanding(row: FeedRow): void {
    const rows = this.#standing;
    let at = rows.at(-1) === row ? rows.length - 1 : this.#place(row);
    while (at < rows.length && rows[at] !== row) at += 1;
    rows.splice(at, 1);
  }

  /** The first that was replaced after commit time `to`. */
  #firstAfter(to: number): number {
    const rows = this.#replaced;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rows[middle]!.until <= to) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #addReplaced(row: FeedRow): void {
    if (row.until > this.#settled) this.#settled = row.until;
    if (this.#replaced === nothing) this.#replaced = [];
    const at = this.#firstAfter(row.until);
    if (at === this.#replaced.length) this.#replaced.push(row);
    else this.#replaced.splice(at, 0, row);
  }

  #removeReplaced(row: FeedRow): void {
    let at = this.#firstAfter(row.until) - 1;
    while (at >= 0 && this.#replaced[at] !== row) at -= 1;
    if (at >= 0) this.#replaced.splice(at, 1);
  }
}
