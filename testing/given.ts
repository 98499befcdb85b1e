import { parseInstant } from '../dsl/index.ts';
import type {
  AnyFeatureGroup,
  AnyFeatureVector,
  FeatureGroup,
  FeatureVector,
  AnyLabelGroup,
  KeysOf,
  LabelGroup,
  Shape,
  Stream,
  StreamDefinition,
  Table,
  TableDefinition,
  WireRow,
} from '../dsl/index.ts';
import { recordedSources } from './history.ts';
import type { CompletePartition } from './labels.ts';
import { Oracle } from './oracle.ts';
import { Refusal, rowDecoder } from './record.ts';
import type { SourceRecord } from './record.ts';
import type { Value, Values } from './scalar.ts';
import { changeDecoder } from './table-log.ts';

/** An instant as tests write it: ISO 8601 with an offset, a `Date`, or µs since 1970. */
export type Moment = string | Date | number;

/** A row that arrives at another time than it happened. */
export class Arriving<R> {
  constructor(
    readonly at: Moment,
    readonly row: R,
  ) {}
}

/** The same row, taken in by the log at this moment: late, early, or known only later. */
export function arriving<R>(at: Moment, row: R): Arriving<R> {
  return new Arriving(at, row);
}

/** One version of a table's row; or a truncate. `lsn` tells redeliveries, where it is given. */
export type Version<S extends Shape> = { readonly at: Moment; readonly lsn?: number } & (
  | { readonly op: 'c' | 'u' | 'r'; readonly row: WireRow<S> }
  /** A deleted row is told by its primary key. */
  | { readonly op: 'd'; readonly row: Partial<WireRow<S>> }
  | { readonly op: 't' }
);

/** A change as Debezium writes it. */
export interface DebeziumChange {
  readonly op: 'c' | 'u' | 'd' | 'r' | 't';
  readonly before?: unknown;
  readonly after?: unknown;
  readonly source?: {
    readonly lsn?: number | string;
    readonly ts_us?: number;
    readonly ts_ms?: number;
    readonly [more: string]: unknown;
  };
  readonly ts_us?: number;
  readonly ts_ms?: number;
}

/** What a source is given, as it is on the wire. */
export interface GivenRows {
  readonly source: StreamDefinition | TableDefinition;
  readonly rows: readonly { readonly arrivedAt: number; readonly value: unknown }[];
}

/**
 * Events of a stream, as they are on the wire. Each arrives when it happened, unless wrapped in `arriving`;
 * they are logged in order of arrival, then in the order given.
 * @throws TypeError for a row that breaks the schema
 */
export function events<S extends Shape>(
  source: Stream<S>,
  ...rows: readonly (WireRow<S> | Arriving<WireRow<S>>)[]
): GivenRows {
  const definition = source.definition as StreamDefinition;
  const decode = rowDecoder(definition.shape);
  const logged = rows.map((given, place) => {
    const value = given instanceof Arriving ? given.row : given;
    const row = decode(value);
    if (row instanceof Refusal) throw broken(definition.name, place, row);
    const arrivedAt =
      given instanceof Arriving ? microseconds(given.at) : Number(row[definition.eventTime] ?? 0);
    return { arrivedAt, value };
  });
  return { source: definition, rows: logged };
}

/**
 * Versions of a table's rows in the order of its changelog, each known from its commit on.
 * @throws TypeError for a row that breaks the schema
 */
export function versions<S extends Shape>(
  table: Table<S>,
  ...changes: readonly (Version<S> | DebeziumChange)[]
): GivenRows {
  const decode = changeDecoder(table.definition);
  const rows = changes.map((given, place) => {
    const value = 'at' in given ? enveloped(given) : given;
    const change = decode(value);
    if (change instanceof Refusal) throw broken(table.definition.name, place, change);
    if ('kind' in change)
      throw broken(
        table.definition.name,
        place,
        new Refusal(null, `a ${change.kind} is no version of a row`),
      );
    return { arrivedAt: change.commitTime, value };
  });
  return { source: table.definition, rows };
}

function enveloped(version: Version<Shape>): DebeziumChange {
  const { op, lsn } = version;
  const source = { ts_us: microseconds(version.at), ...(lsn === undefined ? {} : { lsn }) };
  if (version.op === 't') return { op, source };
  return version.op === 'd'
    ? { op, before: version.row, after: null, source }
    : { op, before: null, after: version.row, source };
}

function broken(source: string, place: number, { column, message }: Refusal): TypeError {
  const where = column === null ? '' : `, column ${column}`;
  return new TypeError(`${source}, row ${place + 1}${where}: ${message}`);
}

type KeysFor<D> =
  D extends FeatureGroup<infer S, unknown>
    ? KeysOf<S>
    : D extends FeatureVector<infer Q, unknown>
      ? WireRow<Q>
      : never;
type LabelKeysFor<D> = D extends LabelGroup<infer S, unknown> ? KeysOf<S> : KeysFor<D>;
type LabelValuesOf<D> = D extends { readonly labelValues: infer L } ? L : ValuesOf<D>;
type ValuesOf<D> = D extends { readonly values: infer V } ? V : never;

export interface GivenAt {
  /** The features of a group for an entity's keys, or of a vector for its request: inner values, timestamps in µs. */
  features<D>(declaration: D, keys: KeysFor<D>): ValuesOf<D>;
  /**
   * The labels of a group for an entity's keys, or of a vector for its request. All that was given counts, also what
   * arrived after `knownAt`.
   * @param options `completeUntil`: nothing is said to be given of what arrives from then on; a label that needs it is
   *   null. Unless told otherwise, nothing more will come.
   */
  labels<D>(
    declaration: D,
    keys: LabelKeysFor<D>,
    options?: { readonly completeUntil?: Moment },
  ): LabelValuesOf<D>;
}

export interface Given {
  /**
   * @param moment the instant t of the read
   * @param options `before`: the read just before t; `knownAt`: of what is given, only what had arrived by then
   */
  at(moment: Moment, options?: { readonly before?: boolean; readonly knownAt?: Moment }): GivenAt;
}

/**
 * What features are worth, given these events and versions and no others:
 * `given(events(clicks, …)).at('2024-05-01T12:00:00Z').features(userBehavior, { user_id: 1 })`.
 */
export function given(...sources: readonly GivenRows[]): Given {
  const records = log(sources);
  const oracles = new Map<unknown, Oracle>();
  const oracleOf = (declared: AnyFeatureGroup | AnyFeatureVector | AnyLabelGroup): Oracle => {
    const read = recordedSources([declared]);
    const oracle =
      oracles.get(declared) ??
      new Oracle(
        records.filter(record => read.has(record.source)),
        [declared],
      );
    oracles.set(declared, oracle);
    return oracle;
  };
  return {
    at: (moment, { before = false, knownAt } = {}) => ({
      features<D>(declaration: D, keys: KeysFor<D>): ValuesOf<D> {
        const declared = declaration as AnyFeatureGroup | AnyFeatureVector;
        const known = knownAt === undefined ? 'all' : { knownAt: microseconds(knownAt) };
        const options = { before, known } as const;
        const t = microseconds(moment);
        const values =
          declared.kind === 'vector'
            ? oracleOf(declared).readVector(
                declared,
                inner(declared.name, declared.options.request, keys),
                t,
                options,
              )
            : oracleOf(declared).readGroup(
                declared,
                inner(declared.name, declared.options.entity.shape, keys),
                t,
                options,
              );
        return values as ValuesOf<D>;
      },
      labels<D>(
        declaration: D,
        keys: LabelKeysFor<D>,
        { completeUntil }: { readonly completeUntil?: Moment } = {},
      ): LabelValuesOf<D> {
        const declared = declaration as AnyLabelGroup | AnyFeatureVector;
        const known = knownAt === undefined ? 'all' : { knownAt: microseconds(knownAt) };
        const complete =
          completeUntil === undefined ? 'all' : completeAll(declared, microseconds(completeUntil));
        const t = microseconds(moment);
        const values =
          declared.kind === 'vector'
            ? oracleOf(declared).readVectorLabels(
                declared,
                inner(declared.name, declared.options.request, keys),
                t,
                { before, known, complete },
              )
            : oracleOf(declared).readLabelGroup(
                declared,
                inner(declared.name, declared.options.entity.shape, keys),
                t,
                { before, complete },
              );
        return values as LabelValuesOf<D>;
      },
    }),
  };
}

/** Every source as one partition that is complete up to an instant. */
function completeAll(declared: AnyLabelGroup | AnyFeatureVector, completeUntil: number): CompletePartition[] {
  return [...recordedSources([declared]).keys()].map(source => ({ source, completeUntil }));
}

/** One partition a source: a stream's rows by arrival, a table's as they were given. */
function log(sources: readonly GivenRows[]): SourceRecord[] {
  const names = new Set(sources.map(({ source }) => source.name));
  return [...names].flatMap(source => {
    const given = sources.filter(rows => rows.source.name === source);
    const rows = given.flatMap(({ rows }) => rows);
    if (given[0]!.source.kind === 'stream') rows.sort((a, b) => a.arrivedAt - b.arrivedAt);
    return rows.map((row, offset): SourceRecord => ({ ...row, source, partition: 0, offset }));
  });
}

/** A request's inner values: instants as µs, UUIDs in lower case. */
function inner(name: string, shape: Shape, request: unknown): Values {
  const row = rowDecoder(shape)(request);
  if (row instanceof Refusal)
    throw new TypeError(`${name}: the request's ${row.column ?? 'form'}: ${row.message}`);
  return row as Record<string, Value>;
}

function microseconds(moment: Moment): number {
  if (typeof moment === 'number') return moment;
  if (moment instanceof Date) return moment.getTime() * 1000;
  const instant = parseInstant(moment);
  if (instant === null)
    throw new RangeError(`'${moment}' is no instant: write ISO 8601 with an offset, as 2024-05-01T12:00:00Z`);
  return instant;
}
