import type {
  AnyFeatureGroup,
  AnyFeatureVector,
  AnyLabelGroup,
  LabelLookup,
  Lookup,
  Ref,
} from '../dsl/index.ts';
import { derive } from './derived.ts';
import { readFeature } from './feature.ts';
import type { AnyAggregation, Read } from './feature.ts';
import { Feed } from './feed.ts';
import { readHistories, recorded } from './history.ts';
import type { Reader, SourceHistory } from './history.ts';
import type { Knowledge } from './knowledge.ts';
import { readLabels, takenLabels } from './labels.ts';
import type { Completeness } from './labels.ts';
import type { SourceRecord, Verdict } from './record.ts';
import { cleaned } from './scalar.ts';
import type { Value, Values } from './scalar.ts';
import type { Row } from './stream-rows.ts';
import { inputType, isNumber } from './feature-type.ts';
import type { ValueType } from './value-type.ts';

export interface ReadOptions {
  /** The read before t: right ends are open (semantics §4). */
  readonly before?: boolean;
  /** `'all'` unless told otherwise. */
  readonly known?: Knowledge;
}

export interface LabelOptions {
  readonly before?: boolean;
  /** How far the records reach; `'all'` unless told otherwise. */
  readonly complete?: Completeness;
}

type AnyLookup = Lookup | LabelLookup;

/**
 * What every feature value means, computed the plainest way there is, from docs/semantics.md alone: all rows
 * are kept, every read looks at them anew, and the lambdas are the author's own. The generated stream and the
 * generated SQL must agree with it to the last bit.
 */
export class Oracle {
  /** One for each record, in the order given. */
  readonly verdicts: readonly Verdict[];
  readonly #histories: ReadonlyMap<string, SourceHistory>;
  readonly #feeds: Feed[] = [];
  readonly #types = new Map<AnyAggregation, ValueType>();

  constructor(records: readonly SourceRecord[], declarations: readonly Reader[]) {
    const { histories, verdicts } = readHistories(records, declarations);
    this.#histories = histories;
    this.verdicts = verdicts;
  }

  /** The features of a group for a key, in order of declaration. @throws RangeError where a key is null. */
  readGroup(
    group: AnyFeatureGroup,
    keys: Readonly<Record<string, unknown>>,
    t: number,
    options: ReadOptions = {},
  ): Values {
    const names = Object.keys(group.options.entity.shape);
    const missing = names.find(name => keys[name] == null);
    if (missing !== undefined) throw new RangeError(`${group.name}: the key ${missing} is null`);
    return this.#readKey(
      group,
      names.map(name => keys[name]),
      t,
      options,
    );
  }

  /**
   * The labels of a group for a key, whatever else is known at t.
   * @param complete how far the records reach: what is not complete is null
   */
  readLabelGroup(
    group: AnyLabelGroup,
    keys: Readonly<Record<string, unknown>>,
    t: number,
    options: LabelOptions = {},
  ): Values {
    const names = Object.keys(group.options.entity.shape);
    return this.#readLabelKey(
      group,
      names.map(name => keys[name]),
      t,
      options,
    );
  }

  #readLabelKey(group: AnyLabelGroup, key: readonly unknown[], t: number, options: LabelOptions): Values {
    const { before = false, complete = 'all' } = options;
    const found = key.includes(null) ? null : key;
    return readLabels(group, this.#read(group, found, t, { before, known: 'all' }), complete);
  }

  /** @param key null where a key found on the way is: the values of a key never seen (semantics §5) */
  #readKey(group: AnyFeatureGroup, key: readonly unknown[] | null, t: number, options: ReadOptions): Values {
    const read = this.#read(group, key, t, options);
    const values: Values = {};
    for (const [name, feature] of Object.entries(group.options.features))
      values[name] = readFeature(feature, read);
    return derive(group.layers, values, t);
  }

  /** The features of a vector for a request of inner values, all at one t and one knowledge (§8). */
  readVector(
    vector: AnyFeatureVector,
    request: Readonly<Record<string, Value>>,
    t: number,
    options: ReadOptions = {},
  ): Values {
    const { resolve } = this.#readLookups(vector, request, t, options);
    const taken: Values = {};
    for (const [name, ref] of Object.entries(vector.taken)) taken[name] = resolve(ref);
    const inputs = Object.fromEntries(
      Object.keys(vector.options.request).map(name => [name, cleaned(request[name])]),
    );
    return derive(vector.layers, taken, t, inputs);
  }

  /** The labels of a vector for a request of inner values; keys found on the way are found by what is known at t. */
  readVectorLabels(
    vector: AnyFeatureVector,
    request: Readonly<Record<string, Value>>,
    t: number,
    options: ReadOptions & LabelOptions = {},
  ): Values {
    const { keyOf } = this.#readLookups(vector, request, t, options);
    return takenLabels(vector, lookup => this.#readLabelKey(lookup.group, keyOf(lookup), t, options));
  }

  /** Reads a vector's lookups in order: how refs and keys are resolved from then on. */
  #readLookups(
    vector: AnyFeatureVector,
    request: Readonly<Record<string, Value>>,
    t: number,
    options: ReadOptions,
  ): {
    readonly resolve: (ref: Ref<unknown>) => Value;
    readonly keyOf: (lookup: AnyLookup) => readonly Value[];
  } {
    const found = new Map<object, Values>();
    const resolve = (ref: Ref<unknown>): Value => {
      const { from, otherwise } = ref;
      if (from.kind === 'request') return (cleaned(request[from.name]) as Value) ?? otherwise?.value ?? null;
      const value = found.get(from.lookup)![from.feature]!;
      if (value !== null || otherwise === null) return value;
      return otherwise.numbersOnly && !isNumber(from.lookup.group, from.feature) ? null : otherwise.value;
    };
    const keyOf = (lookup: AnyLookup): readonly Value[] =>
      Object.keys(lookup.group.options.entity.shape).map(name => {
        const ref = lookup.keys[name]!;
        const value = resolve(ref);
        if (value === null && ref.from.kind === 'request')
          throw new RangeError(`${vector.name}: the request's ${ref.from.name} is null`);
        return value;
      });
    for (const lookup of vector.lookups) {
      const key = keyOf(lookup);
      found.set(lookup, this.#readKey(lookup.group, key.includes(null) ? null : key, t, options));
    }
    return { resolve, keyOf };
  }

  #read(
    group: AnyFeatureGroup | AnyLabelGroup,
    key: readonly unknown[] | null,
    t: number,
    options: ReadOptions,
  ): Read {
    const { before = false, known = 'all' } = options;
    const keyNames = Object.keys(group.options.entity.shape);
    const rows = new Map<string, readonly Row[]>();
    return {
      key: key ?? [],
      t,
      before,
      known,
      feedOf: feature => this.#feedOf(feature, keyNames),
      typeOf: feature => this.#typeOf(feature),
      rowsOf: (feed, to) => {
        if (key === null) return [];
        const place = `${this.#feeds.indexOf(feed)}@${to}`;
        const kept = rows.get(place) ?? feed.rows(key, known, to);
        rows.set(place, kept);
        return kept;
      },
    };
  }

  #feedOf({ source }: AnyAggregation, keyNames: readonly string[]): Feed {
    const same = (feed: Feed): boolean =>
      feed.view.definition === source.definition &&
      feed.view.keys === source.keys &&
      feed.keyNames.join() === keyNames.join();
    const known = this.#feeds.find(same);
    if (known) return known;
    const feed = new Feed(this.#histories.get(recorded(source.definition).name)!, source, keyNames);
    this.#feeds.push(feed);
    return feed;
  }

  #typeOf(feature: AnyAggregation): ValueType {
    const type = this.#types.get(feature) ?? inputType(feature);
    this.#types.set(feature, type);
    return type;
  }
}
