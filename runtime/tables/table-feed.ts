// Read path: the rows of a table, or its changes, that belong to one key of a group.
import { compareText } from '../../kernels/text.ts';
import type { Checkpointed } from '../engine/checkpoint-part.ts';
import type { Feed } from '../engine/feed.ts';
import { NO_SLOT } from '../state/key-index.ts';
import { comparePlaces } from '../state/lanes.ts';
import type { Lanes } from '../state/lanes.ts';
import type { SlotWatch } from '../state/segments.ts';
import type { Scalar } from '../engine/value.ts';
import { SlotRows } from './slot-rows.ts';
import type { FeedRow, Order, RowHolder } from './slot-rows.ts';

/** Where a row or an event stands. */
export interface Place {
  /** −Infinity for a row without time. */
  readonly time: number;
  /** The commit times at which it is seen: [from, until). */
  readonly from: number;
  readonly until: number;
  readonly lane: number;
  readonly offset: number;
  /** Of the primary key, in its order. */
  readonly key: readonly Scalar[];
}

/** What `changes` compares with: the selected row before that has a value, wherever that lies. */
export interface LooksBack {
  /** −1: every row. */
  readonly filter: number;
  readonly input: number;
}

/** A row, an array and their place in two lists, roughly. */
const ROW_BYTES = 240;

const none: readonly FeedRow[] = [];
const unfiltered: readonly boolean[] = [];

/** A feed of a table's rows or changes. Its rows may be taken back, so nothing is kept but the rows themselves. */
export abstract class TableFeed<R = unknown> implements Feed, RowHolder {
  abstract readonly source: string;
  /** Of the table; set when the feed is connected. */
  lanes!: Lanes;
  /** Of its events, which of those that no window sees are still looked at. */
  protected readonly looksBack: readonly LooksBack[] = [];
  readonly #bySlot = new Map<number, SlotRows>();
  #rows = 0;
  #horizon = -Infinity;
  #watch: SlotWatch | null = null;

  /** The slot of the entity that the row belongs to, NO_SLOT where a key part is null. */
  protected abstract slotOf(row: R): number;
  protected abstract select(row: R): boolean[];
  protected abstract inputsOf(row: R): (Scalar | null)[];
  abstract horizonAt(t: number): number;

  /** The earliest instant whose rows reads at `t` and later look at: with a feature's `refresh`, one before t. */
  stateAt(t: number): number {
    return t;
  }

  /** @returns what is kept of the row; null where it belongs to no key, or no window will see it */
  add(row: unknown, { time, from, until, lane, offset, key }: Place): FeedRow | null {
    if (this.#isOld(time) && this.looksBack.length === 0) return null;
    const slot = this.slotOf(row as R);
    if (slot === NO_SLOT) return null;
    let selected: readonly boolean[] = this.select(row as R);
    if (selected.length === 0) selected = unfiltered;
    const inputs = this.inputsOf(row as R);
    const added: FeedRow = {
      feed: this,
      slot,
      time,
      from,
      until,
      lane,
      offset,
      key,
      selected,
      inputs,
      gone: false,
    };
    let rows = this.#bySlot.get(slot);
    if (rows === undefined) {
      rows = new SlotRows(this.#order);
      this.#bySlot.set(slot, rows);
    }
    rows.add(added);
    this.#rows += 1;
    this.#watch?.touched(slot);
    return added;
  }

  replace(row: FeedRow, until: number): void {
    if (row.gone) return;
    this.#bySlot.get(row.slot)!.replace(row, until);
    this.#watch?.touched(row.slot);
  }

  remove(row: FeedRow): void {
    if (row.gone) return;
    const rows = this.#bySlot.get(row.slot)!;
    rows.remove(row);
    this.#rows -= 1;
    if (rows.size === 0) this.#bySlot.delete(row.slot);
    this.#watch?.touched(row.slot);
  }

  /** The rows of a key as of commit time `to`, in order of (time, position, primary key); not to be changed. */
  visible(slot: number, to: number): readonly FeedRow[] {
    const rows = this.#bySlot.get(slot);
    return rows === undefined ? none : rows.visible(to);
  }

  advance(horizon: number): void {
    if (horizon > this.#horizon) this.#horizon = horizon;
  }

  sweep(slot: number): boolean {
    const rows = this.#bySlot.get(slot);
    if (rows === undefined) return true;
    const before = rows.size;
    if (this.#horizon !== -Infinity) rows.trim(this.#horizon, this.#keeps);
    this.#rows += rows.size - before;
    if (rows.size > 0) return false;
    this.#bySlot.delete(slot);
    return true;
  }

  watch(watch: SlotWatch | null): void {
    this.#watch = watch;
  }

  get bytes(): number {
    return this.#rows * ROW_BYTES;
  }

  // Its rows are made anew from the table's versions.
  saveHead(): void {}

  restoreHead(): void {}

  parts(): readonly Checkpointed[] {
    return [];
  }

  /** Without a horizon nothing is, rows without time neither. */
  #isOld(time: number): boolean {
    return this.#horizon !== -Infinity && time <= this.#horizon;
  }

  readonly #order: Order = (a, b) =>
    (a.time === b.time ? 0 : a.time - b.time) ||
    comparePlaces(this.lanes, a.lane, a.offset, b.lane, b.offset) ||
    compareKeys(a.key, b.key);

  /** Of old rows in order, those that `changes` may still compare with. */
  readonly #keeps = (rows: readonly FeedRow[]): ReadonlySet<FeedRow> => {
    const last = this.looksBack.map(({ filter, input }) =>
      rows.findLastIndex(row => (filter < 0 || row.selected[filter] === true) && row.inputs[input] !== null),
    );
    const places = new Set(last.filter(place => place >= 0).sort((a, b) => a - b));
    return new Set([...places].map(place => rows[place]!));
  };
}

/** Rule 5 over the parts of a primary key. */
export function compareKeys(a: readonly Scalar[], b: readonly Scalar[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const order = compareScalars(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

export function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a === 'string') return compareText(a, b as string);
  return a < b ? -1 : a > b ? 1 : 0;
}
