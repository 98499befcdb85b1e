import type {
  SqlMerge,
  SqlPart,
  SqlProbe,
  SqlRunningTotal,
  SqlWindow,
} from '../../../runtime/history/program.ts';
import type { AggregatePlan, GroupPlan } from '../../ir/index.ts';
import { positionOrder } from './stream-rows.ts';
import { afterTimeless, relationName, sqlWindow } from './window.ts';

/** What a feed is to those who aggregate over its rows. */
export interface FeedShape {
  readonly kind: 'stream' | 'table' | 'changes';
  /** Columns that order rows of equal time. */
  readonly order: readonly string[];
}

/** How a part may be had without looking at every row. `row` is the value of one row, null where it takes no part. */
export type PartSource =
  | { readonly kind: 'total' }
  | { readonly kind: 'merge'; readonly function: 'min' | 'max'; readonly row: string };

interface OwnQuery {
  readonly window: number;
  readonly part: string;
  readonly looksBack: boolean;
}

/**
 * Collects, over the aggregates of a group, the windows they look through and what they need of each, so that two
 * features that need the same thing of the same window share it.
 */
export class Probes {
  readonly windows: SqlWindow[] = [];
  readonly totals: SqlRunningTotal[][];
  readonly merges: SqlMerge[][];
  readonly #group: GroupPlan;
  readonly #feeds: readonly FeedShape[];
  readonly #windowKeys = new Map<string, number>();
  readonly #windowParts = new Map<number, SqlPart[]>();
  readonly #rowProbes = new Map<
    string,
    { readonly window: number; readonly from: string; readonly parts: SqlPart[] }
  >();
  readonly #ownQueries = new Map<string, OwnQuery>();
  #taken = new Set<string>();
  #parts = 0;

  constructor(group: GroupPlan, feeds: readonly FeedShape[]) {
    this.#group = group;
    this.#feeds = feeds;
    this.totals = feeds.map(() => []);
    this.merges = feeds.map(() => []);
  }

  shape(feed: number): FeedShape {
    return this.#feeds[feed]!;
  }

  /** The window of an aggregate, `last` aside. */
  window({ feed, window, aggregate }: AggregatePlan): number {
    const isLatest = aggregate.kind === 'latest';
    const key = JSON.stringify([feed, { ...window, last: null }, isLatest]);
    let index = this.#windowKeys.get(key);
    if (index === undefined) {
      index = this.windows.length;
      this.#windowKeys.set(key, index);
      this.windows.push(sqlWindow(this.#group, feed, window, index, this.shape(feed).kind, isLatest));
    }
    return index;
  }

  /** What `print` yields, and the names of the parts it takes. */
  tracked(print: () => string): { readonly sql: string; readonly parts: readonly string[] } {
    this.#taken = new Set();
    const sql = print();
    return { sql, parts: [...this.#taken] };
  }

  /**
   * A value over the rows an aggregate sees.
   * @param aggregate an aggregate call over `r`, without FILTER
   * @param condition what a row must fulfil besides the aggregate's own filter; null: nothing
   */
  part(
    plan: AggregatePlan,
    aggregate: string,
    condition: string | null,
    source: PartSource | null = null,
  ): string {
    const last = plan.window.last !== null;
    const conditions = [
      ...(last || plan.filter === null ? [] : [`r."w${plan.filter}"`]),
      ...(condition ? [condition] : []),
    ];
    const sql =
      conditions.length === 0 ? aggregate : `${aggregate} filter (where ${conditions.join(' and ')})`;
    const parts = last ? this.#lastRows(plan) : this.#rowsOfWindow(this.window(plan));
    const known = parts.find(part => part.sql === sql);
    if (known !== undefined) return this.#take(known.name);
    const shortcut = last || this.shape(plan.feed).kind !== 'stream' ? null : source;
    const part: SqlPart = {
      name: this.#nextPart(),
      sql,
      total: shortcut?.kind === 'total' ? this.#total(plan.feed, aggregate, conditions) : null,
      merge: shortcut?.kind === 'merge' ? this.#merge(plan.feed, shortcut, conditions) : null,
    };
    parts.push(part);
    return this.#take(part.name);
  }

  /**
   * A query of its own that yields the one column `"v"`.
   * @param looksBack whether it looks at rows before the window
   */
  query(plan: AggregatePlan, sql: string, looksBack = false): string {
    const known = this.#ownQueries.get(sql);
    if (known !== undefined) return this.#take(known.part);
    const part = this.#nextPart();
    this.#ownQueries.set(sql, { window: this.window(plan), part, looksBack });
    return this.#take(part);
  }

  /** All rows in the window that pass the aggregate's filter, and with `last` only those, as a FROM item `r`. */
  rows(plan: AggregatePlan): string {
    const { feed, filter } = plan;
    const selected = filter === null ? '' : ` and r."w${filter}"`;
    const all = `"${relationName(this.#group, feed)}" as r where ${this.windows[this.window(plan)]!.rows}${selected}`;
    if (plan.window.last === null) return all;
    return `(select r.* from ${all} order by ${orderOf('r', ' desc')} limit ${plan.window.last}) as r where true`;
  }

  /**
   * Rows of the key that are known and pass the filter, whatever their time, as a FROM item `r`. Those without time
   * are none of a window's that does not take them in.
   */
  rowsOfAnyTime(plan: AggregatePlan): string {
    const index = this.window(plan);
    const { rows, lo } = this.windows[index]!;
    const inTime =
      lo === null ? `r."t" <= s."hi${index}"` : `r."t" between s."lo${index}" and s."hi${index}"`;
    const selected = plan.filter === null ? '' : ` and r."w${plan.filter}"`;
    return `"${relationName(this.#group, plan.feed)}" as r where ${rows.replace(inTime, lo === null ? 'true' : `r."t" >= ${afterTimeless}`)}${selected}`;
  }

  probes(): readonly SqlProbe[] {
    return [
      ...[...this.#windowParts].map(([window, parts]): SqlProbe => ({ kind: 'window', window, parts })),
      ...[...this.#rowProbes.values()].map(({ window, from, parts }): SqlProbe => ({
        kind: 'rows',
        window,
        parts: parts.map(part => part.name),
        looksBack: false,
        sql: `select ${parts.map(part => `${part.sql} as "${part.name}"`).join(', ')} from ${from}`,
      })),
      ...[...this.#ownQueries].map(([sql, { window, part, looksBack }]): SqlProbe => ({
        kind: 'rows',
        window,
        parts: [part],
        looksBack,
        sql: `select z."v" as "${part}" from (${sql}) as z`,
      })),
    ];
  }

  #rowsOfWindow(window: number): SqlPart[] {
    const parts = this.#windowParts.get(window) ?? [];
    this.#windowParts.set(window, parts);
    return parts;
  }

  #lastRows(plan: AggregatePlan): SqlPart[] {
    const from = this.rows(plan);
    const probe = this.#rowProbes.get(from) ?? { window: this.window(plan), from, parts: [] };
    this.#rowProbes.set(from, probe);
    return probe.parts;
  }

  #total(feed: number, aggregate: string, conditions: readonly string[]): string {
    const condition = conditions.length === 0 ? null : conditions.join(' and ');
    return named(
      this.totals[feed]!,
      'c',
      total => total.aggregate === aggregate && total.condition === condition,
      name => ({ name, aggregate, condition }),
    );
  }

  #merge(
    feed: number,
    { function: merge, row }: PartSource & { kind: 'merge' },
    conditions: readonly string[],
  ): string {
    const value = conditions.length === 0 ? row : `case when ${conditions.join(' and ')} then ${row} end`;
    return named(
      this.merges[feed]!,
      'm',
      other => other.row === value && other.function === merge,
      name => ({ name, row: value, function: merge }),
    );
  }

  #nextPart(): string {
    return `p${this.#parts++}`;
  }

  #take(part: string): string {
    this.#taken.add(part);
    return part;
  }
}

/** The order of a key's rows, as staged rows tell it: `o` is a row's place among all, which alone decides ties. */
export function orderOf(row: string, direction: '' | ' desc'): string {
  return `${row}."t"${direction}, ${row}."o"${direction}`;
}

function named<T extends { readonly name: string }>(
  list: T[],
  prefix: string,
  isSame: (item: T) => boolean,
  make: (name: string) => T,
): string {
  const known = list.find(isSame);
  if (known !== undefined) return known.name;
  const item = make(`${prefix}${list.length}`);
  list.push(item);
  return item.name;
}

export const streamFeedShape: FeedShape = { kind: 'stream', order: positionOrder };
