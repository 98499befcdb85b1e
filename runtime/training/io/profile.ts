// Hot path of writing. What the columns of a training set look like, for later comparison with what is served.
import type { SqlColumn, SqlScalarKind, SqlType } from '../../history/program.ts';
import type { Scalar, Value } from '../../history/values.ts';
import type { RowBatch } from '../contract.ts';
import { Frequent } from './frequent.ts';
import type { TopValue } from './frequent.ts';
import { isoOf, jsonOf } from './json-value.ts';
import { Numbers } from './number-profile.ts';
import type { NumberProfile } from './number-profile.ts';

/** Plain JSON. */
export interface ProfileResult {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnProfile>>;
}

export type ColumnProfile = CommonProfile &
  (
    | ({ readonly shape: 'number' } & NumberProfile)
    /** ISO 8601; null of no values. */
    | { readonly shape: 'instant'; readonly min: string | null; readonly max: string | null }
    | ({ readonly shape: 'category' } & CategoryProfile)
  );

interface CommonProfile {
  /** `double`, `text[]`. */
  readonly type: string;
  /** Values that are not null. */
  readonly count: number;
  readonly nulls: number;
}

/** Of text, enums, uuids, booleans, and of lists by their JSON. */
export interface CategoryProfile {
  /** Exact up to 4,000 different values, beyond it an estimate. */
  readonly distinct: number;
  /** The 20 most frequent. */
  readonly top: readonly TopValue[];
  /** By how much at most a count in `top` is too small; 0: they are exact. At most 1/1,000 of `count`. */
  readonly topMissed: number;
}

const TOP = 20;

/** One pass over a training set, in memory that does not grow with it. */
export class Profile {
  readonly #columns: readonly ColumnLook[];
  #rows = 0;

  constructor(columns: readonly SqlColumn[]) {
    this.#columns = columns.map(column => new ColumnLook(column));
  }

  add({ rows, columns }: RowBatch): void {
    this.#rows += rows;
    for (let i = 0; i < columns.length; i += 1) this.#columns[i]!.add(columns[i]!, rows);
  }

  result(): ProfileResult {
    return {
      rows: this.#rows,
      columns: Object.fromEntries(this.#columns.map(look => [look.name, look.result()])),
    };
  }
}

type Look =
  | { readonly shape: 'number'; readonly numbers: Numbers }
  | { readonly shape: 'instant'; min: number; max: number }
  | { readonly shape: 'category'; readonly frequent: Frequent };

class ColumnLook {
  readonly name: string;
  readonly #type: SqlType;
  readonly #look: Look;
  #count = 0;
  #nulls = 0;

  constructor({ name, type }: SqlColumn) {
    this.name = name;
    this.#type = type;
    this.#look = lookOf(type);
  }

  add(values: readonly Value[], rows: number): void {
    for (let row = 0; row < rows; row += 1) {
      const value = values[row]!;
      if (value === null) this.#nulls += 1;
      else {
        this.#count += 1;
        see(this.#look, this.#type, value);
      }
    }
  }

  result(): ColumnProfile {
    const { kind, list } = this.#type;
    const common = { type: list ? `${kind}[]` : kind, count: this.#count, nulls: this.#nulls };
    const look = this.#look;
    switch (look.shape) {
      case 'number':
        return { ...common, shape: 'number', ...look.numbers.result() };
      case 'instant': {
        const isEmpty = this.#count === 0;
        return {
          ...common,
          shape: 'instant',
          min: isEmpty ? null : isoOf(look.min),
          max: isEmpty ? null : isoOf(look.max),
        };
      }
      case 'category': {
        const { frequent } = look;
        return {
          ...common,
          shape: 'category',
          distinct: frequent.distinct,
          top: frequent.top(TOP),
          topMissed: frequent.missed,
        };
      }
    }
  }
}

const numeric: ReadonlySet<SqlScalarKind> = new Set(['int', 'bigint', 'decimal', 'double']);

function lookOf({ kind, list }: SqlType): Look {
  if (list) return { shape: 'category', frequent: new Frequent() };
  if (kind === 'timestamp') return { shape: 'instant', min: Infinity, max: -Infinity };
  if (numeric.has(kind)) return { shape: 'number', numbers: new Numbers() };
  return { shape: 'category', frequent: new Frequent() };
}

function see(look: Look, type: SqlType, value: Scalar | readonly Scalar[]): void {
  switch (look.shape) {
    case 'number':
      // A bigint as its nearest double.
      return look.numbers.add(Number(value));
    case 'instant':
      look.min = Math.min(look.min, value as number);
      look.max = Math.max(look.max, value as number);
      return;
    case 'category':
      return look.frequent.add(type.list ? jsonOf(type, value) : String(value));
  }
}
