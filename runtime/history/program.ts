// Control path. What generated SQL code hands to the runtime: plain data, SQL as text.
import type { Value } from '../engine/value.ts';

/** Everything SQL knows of a program. */
export interface SqlProgram {
  /** Statements that make a database ready, in order; they may be run again at any time. */
  readonly schema: readonly string[];
  readonly sources: readonly SqlSource[];
  readonly groups: readonly SqlGroup[];
  readonly vectors: readonly SqlVector[];
}

export type SqlScalarKind =
  'int' | 'bigint' | 'decimal' | 'double' | 'text' | 'enum' | 'uuid' | 'boolean' | 'timestamp';

export interface SqlType {
  readonly kind: SqlScalarKind;
  readonly list: boolean;
}

/** A named, typed value in a result. */
export interface SqlColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** A column of a history table. */
export interface SqlSourceColumn {
  readonly name: string;
  readonly kind: SqlScalarKind;
  /** As the DDL writes it: `numeric(10, 2)`. */
  readonly pgType: string;
}

/** A history table: the records of one stream, or the versions of one table's rows. */
export interface SqlSource {
  readonly name: string;
  readonly kind: 'stream' | 'table';
  /** Quoted, with the schema. */
  readonly table: string;
  readonly columns: readonly SqlSourceColumn[];
  /** The columns of a table's primary key; none for a stream. */
  readonly primaryKey: readonly string[];
  /** What tells which records of a stream can matter to a read; null for a table. */
  readonly punctuality: SqlPunctuality | null;
  /** 'producer': arrival is the producer's word, and every training set says so. */
  readonly arrival: 'log' | 'producer';
}

/** Semantics §3.1 and 2, in µs. */
export interface SqlPunctuality {
  /** The column of event time; null where a row may lack it. */
  readonly eventTime: string | null;
  readonly lateness: number | null;
  readonly earliness: number;
  /** How long before a repeat the record may have arrived that it repeats; null: the stream has no ids. */
  readonly horizon: number | null;
}

/**
 * The features of one entity. {@link pruneGroup} leaves some of them out, so what is referred to by number says its
 * own.
 *
 * Names inside the SQL texts: `s` is a row of the spine with the windows' ends (`at0`, `lo0`, `hi0`, …), `r` a row
 * of the group's prepared rows, `a` the parts that probes yield, `f` the aggregates' values, `d0…` the derived ones.
 */
export interface SqlGroup {
  readonly name: string;
  readonly keys: readonly SqlColumn[];
  readonly feeds: readonly SqlFeed[];
  readonly windows: readonly SqlWindow[];
  readonly probes: readonly SqlProbe[];
  /** In order of declaration, operands of ratios among them. */
  readonly aggregates: readonly SqlAggregate[];
  /** Each sees the aggregates and what stands before it. */
  readonly derived: readonly SqlLayer[];
  /** What a client sees, in order. */
  readonly features: readonly SqlColumn[];
}

export interface SqlExpression {
  readonly name: string;
  readonly type: SqlType;
  readonly sql: string;
}

export interface SqlAggregate extends SqlExpression {
  readonly window: number;
  /** Names of the parts it is made of. */
  readonly parts: readonly string[];
}

/**
 * Derived features that are evaluated together, in order. Those in SQL see `f`, all that stands before the layer, and
 * each other by their aliases; a `compute` sees a row of inner values.
 */
export type SqlLayer =
  | { readonly kind: 'sql'; readonly features: readonly SqlDerived[] }
  | { readonly kind: 'javascript'; readonly features: readonly JavaScriptDerived[] };

export interface SqlDerived extends SqlExpression {
  readonly alias: string;
  /** Names of the features it sees. */
  readonly uses: readonly string[];
  /** LATERAL subqueries that the expression needs, in order. */
  readonly joins: readonly string[];
}

export interface JavaScriptDerived {
  readonly name: string;
  readonly type: SqlType;
  /** Replaces null; null: none declared. */
  readonly default: string | number | boolean | bigint | null;
  /** Names of the features it may see. */
  readonly uses: readonly string[];
  /** Inner values by name, all that stand before it; t in µs. */
  readonly run: (features: Readonly<Record<string, Value>>, t: number) => Value | undefined;
}

/**
 * The rows of one source as a group takes them, each once: keys `k0…`, time `t` in µs, the order `o0…`, `arrived`,
 * since when it is known, in µs, inputs `i0…`, filters `w0…`. Staged, they have their place among all as `o`.
 */
export interface SqlFeed {
  readonly index: number;
  /** Name of the staged relation. */
  readonly relation: string;
  /** History tables that are read. */
  readonly sources: readonly string[];
  /** 'events': rows that stay. 'state': versions of rows, of which one counts at any instant. */
  readonly kind: 'events' | 'state';
  /** The query of the rows. `table` says where to read a source's records from. */
  readonly rows: (table: (source: string) => string) => string;
  /** Relations that the windows' conditions look into: versions and truncates of a table. */
  readonly helpers: readonly SqlHelper[];
  /** Columns that order rows of equal time. */
  readonly order: readonly string[];
  /** Columns that tell the rows of a key, as many as the entity has keys. */
  readonly keys: readonly string[];
  /** How an index finds records by key: of a stream whose columns hold the keys as they are; else null. */
  readonly ofKey: SqlKeyColumns | null;
  /** Sums over the rows of a key up to each row: `c0…`. */
  readonly totals: readonly SqlRunningTotal[];
  /** Values that merge: `m0…`. */
  readonly merges: readonly SqlMerge[];
}

export interface SqlKeyColumns {
  /** In order of the keys. */
  readonly columns: readonly string[];
  /** What holds of a record `h` of the key of a row `s`. */
  readonly sql: string;
}

export interface SqlHelper {
  readonly relation: string;
  readonly rows: (table: (source: string) => string) => string;
  /** Quoted column names to find its rows by. */
  readonly index: string;
}

export interface SqlRunningTotal {
  readonly name: string;
  /** An aggregate call over `r`, without FILTER. */
  readonly aggregate: string;
  /** Which rows it takes; null: all. */
  readonly condition: string | null;
}

export interface SqlMerge {
  readonly name: string;
  /** The value of one row; null where it takes no part. */
  readonly row: string;
  readonly function: 'min' | 'max';
}

/** A feed's rows in a window: those of `r."t"` between `lo` and `hi`, both included, in µs. */
export interface SqlWindow {
  /** The number in the names of its ends. */
  readonly index: number;
  readonly feed: number;
  /** Over the spine's row `s`: the instant the window is seen from, t or the last refresh before it. */
  readonly at: string;
  /** What holds of a row `r` that is the key's, known, and in the window. */
  readonly rows: string;
  /** null: no lower end. */
  readonly lo: string | null;
  readonly hi: string;
}

export type SqlProbe = SqlWindowProbe | SqlRowsProbe;

/** Aggregates over a window's rows. */
export interface SqlWindowProbe {
  readonly kind: 'window';
  readonly window: number;
  readonly parts: readonly SqlPart[];
}

/** One aggregate; how it may be had otherwise than by looking at every row of the window. */
export interface SqlPart {
  readonly name: string;
  /** Over `r`, with its FILTER. */
  readonly sql: string;
  /** The running total it is a difference of. */
  readonly total: string | null;
  /** The mergeable value it is the least or greatest of. */
  readonly merge: string | null;
}

/** A query of its own over a window's rows, the same in every shape: the last few rows, changes, top values. */
export interface SqlRowsProbe {
  readonly kind: 'rows';
  readonly window: number;
  /** Names it yields. */
  readonly parts: readonly string[];
  /** Whether it looks at rows before its window. */
  readonly looksBack: boolean;
  /** A subquery that may see `s`. */
  readonly sql: string;
}

/** What a model takes: lookups in order, outputs, derived. */
export interface SqlVector {
  readonly name: string;
  /** Columns of the request that must not be null: keys. */
  readonly requestKeys: readonly string[];
  readonly request: readonly (SqlColumn & { readonly nullable: boolean })[];
  readonly lookups: readonly SqlLookup[];
  readonly outputs: readonly SqlExpression[];
  readonly derived: readonly SqlLayer[];
  readonly features: readonly SqlColumn[];
  /** Absent: none. */
  readonly labels?: SqlLabels;
}

/** What a training set has beside the features: aggregates over what is ahead, whatever else it knows. */
export interface SqlLabels {
  /** Columns of the request that must not be null for labels: their keys. */
  readonly requestKeys: readonly string[];
  readonly lookups: readonly SqlLabelLookup[];
  readonly outputs: readonly SqlLabel[];
}

/** One read of one group of labels. Keys see what those of {@link SqlLookup} do, after all of the vector's lookups. */
export interface SqlLabelLookup {
  readonly group: SqlGroup;
  readonly keys: readonly string[];
  readonly features: readonly string[];
}

export interface SqlLabel extends SqlColumn {
  /** Which of the lookups of labels it is taken of, and under which name. */
  readonly lookup: number;
  readonly label: string;
  /** It is null unless the history of this source is complete past the arrivals up to so many µs after the read. */
  readonly source: string;
  readonly through: number;
  /** Of its meaning, and the version of that, as features.lock.json has them. */
  readonly fingerprint: string;
  readonly version: number;
}

/** One read of one group. Keys see the request as `q` and the results of the lookups before as `l0`, `l1`, …. */
export interface SqlLookup {
  readonly group: string;
  readonly keys: readonly string[];
  /** The features that are taken of it. */
  readonly features: readonly string[];
}
