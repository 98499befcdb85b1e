import type { ChangesDefinition, SourceDefinition, SourceView, TableDefinition } from '../dsl/index.ts';
import type { SourceHistory } from './history.ts';
import { isKnown } from './knowledge.ts';
import type { Knowledge } from './knowledge.ts';
import { comparePositions } from './record.ts';
import type { RowValue } from './record.ts';
import { cleaned, compareKeys } from './scalar.ts';
import type { Row } from './stream-rows.ts';
import { changeEvents, rowAt, versionsOf } from './table-rows.ts';
import type { TableRow } from './table-rows.ts';
import type { LoggedChange } from './table-log.ts';

/**
 * The rows of one source for one entity, found by the entity's key (semantics §3.5): by columns of the
 * keys' names, or by the lambdas of `source.on`.
 */
export class Feed {
  readonly #definition: SourceDefinition;
  /** Key → rows of a stream, in order. */
  readonly #streamRows = new Map<string, Row[]>();
  /** Primary key → its changes, in order of position. */
  readonly #changes = new Map<string, LoggedChange[]>();
  readonly #truncates: LoggedChange[] = [];
  /** Key → primary keys of the table whose rows were ever the key's. */
  readonly #candidates = new Map<string, Set<string>>();
  /** Primary keys with columns that only earlier versions know: they may be any key's. */
  readonly #uncertain = new Set<string>();

  constructor(
    history: SourceHistory,
    readonly view: SourceView,
    readonly keyNames: readonly string[],
  ) {
    this.#definition = view.definition;
    if (history.kind === 'stream') {
      for (const row of history.rows) this.#addTo(this.#streamRows, this.#keyOf(row.value), row);
      for (const rows of this.#streamRows.values()) rows.sort(byEventTime);
    } else {
      for (const change of history.changes) this.#addChange(change);
    }
  }

  #addTo<T>(index: Map<string, T[]>, key: string | null, item: T): void {
    if (key === null) return;
    const items = index.get(key);
    if (items === undefined) index.set(key, [item]);
    else items.push(item);
  }

  #addChange(change: LoggedChange): void {
    if (change.op === 't') {
      this.#truncates.push(change);
      return;
    }
    const primaryKey = keyText(change.key);
    this.#addTo(this.#changes, primaryKey, change);
    // A key lambda over changes may look at `before`, which depends on what is known.
    const hidden = this.#definition.kind === 'changes' && this.view.keys !== null;
    if (hidden || change.unavailable.length > 0) this.#uncertain.add(primaryKey);
    else if (change.after !== null) {
      const after =
        this.#definition.kind === 'changes'
          ? { op: change.op, before: null, after: change.after }
          : change.after;
      const key = this.#keyOf(after);
      if (key === null) return;
      this.#candidates.set(key, (this.#candidates.get(key) ?? new Set()).add(primaryKey));
    }
  }

  /** The key that a row belongs to; null where a key column is null. */
  #keyOf(row: RowValue): string | null {
    const values = this.keyNames.map(name => {
      const lambda = this.view.keys?.[name];
      if (lambda !== undefined) return cleaned((lambda as (row: RowValue) => unknown)(row));
      if (this.#definition.kind !== 'changes') return cleaned(row[name]);
      const { before, after } = row as { readonly before: RowValue | null; readonly after: RowValue | null };
      return cleaned(after?.[name] ?? before?.[name]);
    });
    return values.includes(null) ? null : keyText(values);
  }

  /**
   * The rows of a key in order, as known. A table's rows are those of its state at `to`; events are all of
   * them, whatever their time.
   */
  rows(key: readonly unknown[], known: Knowledge, to: number): readonly Row[] {
    if (this.#definition.kind !== 'stream') return this.#tableRows(key, known, to);
    return (this.#streamRows.get(keyText(key)) ?? []).filter(row => isKnown(row, known));
  }

  #tableRows(key: readonly unknown[], known: Knowledge, to: number): TableRow[] {
    const wanted = keyText(key);
    const definition = this.#definition as TableDefinition | ChangesDefinition;
    const truncates = this.#truncates.filter(truncate => isKnown(truncate, known));
    const found: TableRow[] = [];
    for (const primaryKey of new Set([...(this.#candidates.get(wanted) ?? []), ...this.#uncertain])) {
      const changes = this.#changes.get(primaryKey)!.filter(change => isKnown(change, known));
      const versions = versionsOf(changes, truncates);
      const rows =
        definition.kind === 'changes'
          ? changeEvents(versions, truncates)
          : [rowAt(definition, versions, truncates, to)].filter(row => row !== null);
      found.push(...rows.filter(row => this.#keyOf(row.value) === wanted));
    }
    return found.sort(definition.kind === 'changes' ? byEventTimeAndKey : byTimeAndKey);
  }

  /** The row of a table's state at `to` whose primary or unique key this is; of several, the greatest by primary key. */
  latest(key: readonly unknown[], known: Knowledge, to: number): Row | null {
    const rows = this.#tableRows(key, known, to);
    return rows.sort((a, b) => compareKeys(a.key, b.key)).at(-1) ?? null;
  }
}

/** The order of events (§2): by time, those without it first (rule 16), then by position. */
function byEventTime(a: Row, b: Row): number {
  return (a.time ?? -Infinity) - (b.time ?? -Infinity) || comparePositions(a.position, b.position);
}

/** The order of changes: those of one truncate by primary key (rule 19). */
function byEventTimeAndKey(a: TableRow, b: TableRow): number {
  return byEventTime(a, b) || compareKeys(a.key, b.key);
}

/** The order of a table's rows (rule 16). */
function byTimeAndKey(a: TableRow, b: TableRow): number {
  return (a.time ?? -Infinity) - (b.time ?? -Infinity) || compareKeys(a.key, b.key);
}

/** Keys as text, part by part, so that no two keys are told alike. */
function keyText(key: readonly unknown[]): string {
  return JSON.stringify(key.map(String));
}
