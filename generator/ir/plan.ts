import type { Expr } from './expr.ts';
import type { Column, ScalarType, ValueType } from './types.ts';

/**
 * A whole program, checked: what the analysis hands to the backends. Everything is resolved here: no name
 * has to be looked up in a declaration, no default is left to be filled in. All times are µs.
 */
export interface Program {
  readonly sources: readonly SourcePlan[];
  readonly groups: readonly GroupPlan[];
  readonly vectors: readonly VectorPlan[];
  /** What vectors are trained to predict, as groups of aggregates that look ahead: in training sets only. */
  readonly labels: readonly GroupPlan[];
  /** The IANA zones that any lambda or window of groups and vectors names, sorted. */
  readonly zones: readonly string[];
  /** The same of labels, which the stream knows nothing of. */
  readonly labelZones: readonly string[];
}

/** What the catalog says of a group, a vector or a feature. */
export interface Described {
  readonly doc: string | null;
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly status: Status;
  readonly origin: Origin;
}

export type Status = 'experimental' | 'stable' | 'deprecated';

/** Where a declaration stands, for links in generated files: `features/shop.ts:12`. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

export type SourcePlan = StreamPlan | TablePlan | ChangesPlan;

/** A column of a source, with what the wire asks of it. */
export interface SourceColumn extends Column {
  readonly wire: {
    /** A timestamp given as a number counts these. */
    readonly unit: 's' | 'ms' | 'us';
    /** What an enum does with a value it does not know. */
    readonly other: 'refuse' | 'null';
    /** zod's checks, in order; all must hold of a value that is not null. */
    readonly checks: readonly ColumnCheck[];
  };
}

export type ColumnCheck =
  | { readonly kind: 'minimum' | 'maximum'; readonly value: number; readonly inclusive: boolean }
  | { readonly kind: 'min-length' | 'max-length'; readonly value: number }
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string };

interface SourceBase {
  readonly name: string;
  readonly columns: readonly SourceColumn[];
  readonly doc: string | null;
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly origin: Origin;
}

/** A log of events. */
export interface StreamPlan extends SourceBase {
  readonly kind: 'stream';
  /** The timestamp column that says when the event happened. */
  readonly eventTime: string;
  /** The column that tells a repeat, with its horizon; null when no two records are ever the same event. */
  readonly id: { readonly column: string; readonly horizon: number } | null;
  /** null: unbounded. */
  readonly lateness: number | null;
  readonly earliness: number;
  /** 'log': the broker stamps arrival. 'producer': declared so, and said with every training set. */
  readonly arrival: 'log' | 'producer';
  /** Topics in order: the first part of a record's position is its topic's place here. Empty: not on Kafka. */
  readonly topics: readonly string[];
}

/** A table that changes, seen through its changelog. Its rows are the row state (semantics §7). */
export interface TablePlan extends SourceBase {
  readonly kind: 'table';
  /** Column names, in key order. Never null in a row. */
  readonly primaryKey: readonly string[];
  /** Column sets by which `latest` may find the one row, besides the primary key. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The timestamp column that windows use; null when the table has only lifetime features and `latest`. */
  readonly time: string | null;
  readonly arrival: 'log' | 'producer';
  /** Topics in order: the first part of a record's position is its topic's place here. Empty: not on Kafka. */
  readonly topics: readonly string[];
}

/** `changesOf(table)`: an event per version: `op` ('c' | 'u' | 'd' | 'r'), `before`, `after`; time = versionTime. */
export interface ChangesPlan extends SourceBase {
  readonly kind: 'changes';
  /** Name of the table. `columns` are the table's. */
  readonly table: string;
}

/** The features of one entity, read and kept together. */
export interface GroupPlan extends Described {
  readonly name: string;
  readonly entity: string;
  readonly keys: readonly EntityKey[];
  /** One for each source the group reads, in order of first use. */
  readonly feeds: readonly FeedPlan[];
  /** In order of declaration; hidden ones (operands of `ratio`) among them, before their use. */
  readonly aggregates: readonly AggregatePlan[];
  /** In order of evaluation. Each may use all aggregates and the derived ones before it. */
  readonly derived: readonly DerivedPlan[];
  /** The names a client sees, in order of declaration: each an aggregate's (not hidden) or a derived one's. */
  readonly features: readonly string[];
  readonly lookback: number;
}

/** Key types: int, bigint, text, enum, boolean, uuid. */
export interface EntityKey {
  readonly name: string;
  readonly type: ScalarType;
}

/**
 * What a group takes of one source: its key expressions and, each once, the lambdas of its features.
 * Aggregates point into `inputs` and `filters` by index, so that an expression shared by several features
 * is evaluated once a row.
 */
export interface FeedPlan {
  readonly source: string;
  /** One for each entity key, in order. Null in any of them: the row belongs to no key. */
  readonly keys: readonly Expr[];
  readonly inputs: readonly Expr[];
  /** Booleans, never null. */
  readonly filters: readonly Expr[];
}

export interface AggregatePlan extends Described {
  readonly name: string;
  /** An operand of a `ratio`: computed, not shown. */
  readonly hidden: boolean;
  readonly feed: number;
  readonly aggregate: Aggregate;
  /** Index into the feed's inputs; null where the aggregate takes no value. */
  readonly input: number | null;
  /** Index into the feed's filters; null: every row. */
  readonly filter: number | null;
  readonly window: WindowPlan;
  readonly type: ValueType;
  readonly nullable: boolean;
  /** Replaces null; of the feature's type. null: none declared. */
  readonly default: DefaultValue | null;
}

export type DefaultValue =
  string | number | boolean | bigint | readonly (string | number | boolean | bigint)[];

/**
 * The kinds. What their input may be and what they yield (of nothing: null, unless said otherwise):
 *
 * | kind          | input                 | result                                              |
 * | ------------- | --------------------- | --------------------------------------------------- |
 * | count         | none                  | int; 0                                              |
 * | countDistinct | any scalar            | int; 0                                              |
 * | sum           | int, decimal, double  | double (exact sum, one rounding)                    |
 * | avg           | the same              | double                                              |
 * | min, max      | all but boolean       | the input's type                                    |
 * | variance, stddev | int, decimal, double | double; `scale` is the decimals kept of a double  |
 * | percentile    | int, decimal, double  | double (`cont`), the input's type (`disc`)          |
 * | mode          | any                   | the input's type                                    |
 * | topK          | any                   | list of the input's type; []                        |
 * | first, last   | any                   | the input's type                                    |
 * | lastN         | any                   | list, newest first; []                              |
 * | distinctList  | any                   | list, by first appearance; []                       |
 * | any, all      | boolean               | boolean                                             |
 * | changes       | any                   | int; 0                                              |
 * | timeSince     | none, or a timestamp  | double: t − the last selected row's time, or its input's value, ÷ `unit` |
 * | timeBetween   | none, or a timestamp  | double: the last one's minus the one's before it, ÷ `unit` |
 * | approxCountDistinct, approxPercentile | as the exact | int, 0; double                       |
 * | latest        | any                   | the input's type: the one row found by its key      |
 */
export type Aggregate =
  | { readonly kind: 'count' }
  | { readonly kind: 'countDistinct' }
  | { readonly kind: 'sum' }
  | { readonly kind: 'avg' }
  | { readonly kind: 'min' }
  | { readonly kind: 'max' }
  | { readonly kind: 'variance' | 'stddev'; readonly population: boolean; readonly scale: number }
  | { readonly kind: 'percentile'; readonly p: number; readonly method: 'cont' | 'disc' }
  | { readonly kind: 'mode' }
  | { readonly kind: 'topK'; readonly k: number }
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'lastN'; readonly n: number }
  | { readonly kind: 'distinctList' }
  | { readonly kind: 'any' }
  | { readonly kind: 'all' }
  | { readonly kind: 'changes' }
  | { readonly kind: 'timeSince'; readonly unit: number }
  | { readonly kind: 'timeBetween'; readonly unit: number }
  | { readonly kind: 'approxCountDistinct' }
  | { readonly kind: 'approxPercentile'; readonly p: number }
  | { readonly kind: 'latest' };

/** Semantics §4. */
export interface WindowPlan {
  readonly over: WindowOver;
  /** Only with a duration. */
  readonly step: number | null;
  /** Below 0 of a label: `ahead: W` is the duration W, delayed by −W. */
  readonly delay: number;
  readonly bounds: '(]' | '[)' | '[]' | '()';
  readonly refresh: number | null;
  /** `last: N`: of the selected rows in the window, the last N in order; null: all. */
  readonly last: number | null;
}

export type WindowOver =
  | { readonly kind: 'duration'; readonly length: number }
  | { readonly kind: 'calendar'; readonly unit: CalendarUnit; readonly zone: string }
  | { readonly kind: 'lifetime' };

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A pure function of features of the same read (of the vector: outputs and request inputs) and its instant. */
export interface DerivedPlan extends Described {
  readonly name: string;
  readonly body: DerivedBody;
  readonly type: ValueType;
  /** A number is nullable unless it has a default or its body is `finite(x, …)`: not finite is null. */
  readonly nullable: boolean;
  readonly default: DefaultValue | null;
}

export type DerivedBody =
  | { readonly kind: 'expression'; readonly expr: Expr }
  /**
   * `compute(f => …)`: any pure TypeScript. The stream imports the declaring module and calls the function
   * found at `export` of `module` (path from the project's root); the backfill calls the same over its rows.
   * `uses`: the features it is given, in order; `reads`: of these, those it may read. `code`: its own text,
   * without comments, which stands for what it does.
   */
  | {
      readonly kind: 'compute';
      readonly module: string;
      readonly export: readonly string[];
      readonly uses: readonly string[];
      readonly reads: readonly string[];
      readonly code: string;
    };

/** What a model takes: lookups by key, in order, then outputs, then derived. All at one t and one K. */
export interface VectorPlan extends Described {
  readonly name: string;
  /** Request keys and request-time inputs. */
  readonly request: readonly Column[];
  readonly lookups: readonly LookupPlan[];
  readonly outputs: readonly OutputPlan[];
  readonly derived: readonly DerivedPlan[];
  /** The names a client sees, in order: outputs and derived. */
  readonly features: readonly string[];
  /** Absent: none. */
  readonly labels?: VectorLabelsPlan;
}

/** Lookups of groups of labels, and what is taken of them. Their keys may be features of the vector's own lookups. */
export interface VectorLabelsPlan {
  readonly lookups: readonly LookupPlan[];
  readonly outputs: readonly LabelOutputPlan[];
}

export interface LabelOutputPlan {
  readonly name: string;
  /** Index into the lookups of labels. */
  readonly lookup: number;
  readonly label: string;
  readonly type: ValueType;
  readonly doc: string | null;
}

/** One read of one group. A null key found on the way gives the values of a key never seen. */
export interface LookupPlan {
  readonly group: string;
  /** One for each entity key of the group, in its order. */
  readonly keys: readonly VectorOperand[];
}

export type VectorOperand =
  | { readonly kind: 'request'; readonly name: string }
  | { readonly kind: 'feature'; readonly lookup: number; readonly feature: string };

export interface OutputPlan {
  readonly name: string;
  readonly from: VectorOperand;
  readonly type: ValueType;
  readonly nullable: boolean;
  /** Replaces null on top of the feature's own default. */
  readonly default: DefaultValue | null;
  readonly doc: string | null;
  readonly origin: Origin;
}
