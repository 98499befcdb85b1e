// Control path. How much there is to look at: what the choice of a shape goes by.
import type { SqlFeed, SqlGroup } from './program.ts';
import { readsRelation } from './relations.ts';
import { rowsOf } from './session.ts';
import type { AnyTransaction } from './session.ts';

/** What was measured of a feed. */
export interface Density {
  readonly reads: number;
  /** Of the feed. */
  readonly rows: number;
  /** µs between the feed's first row and its last. */
  readonly span: number;
  /** Classes of lag that have rows; none where every read knows every row. */
  readonly lags: readonly number[];
  /** Over some reads, by window. */
  readonly windows: ReadonlyMap<number, WindowDensity>;
}

export interface WindowDensity {
  /** Rows of a read's window, on average. Dense keys are read more often, so a mean over keys would say too little. */
  readonly rows: number;
  /** µs; null: no lower end. */
  readonly length: number | null;
}

/** So many reads tell the others. */
const sampled = 50;

/** @param hasLag whether the feed's rows tell their class of lag */
export async function measure(
  trx: AnyTransaction,
  group: SqlGroup,
  feed: SqlFeed,
  hasLag: boolean,
): Promise<Density> {
  const windows = group.windows.filter(window => window.feed === feed.index);
  const [counts] = await rowsOf(
    trx,
    `select count(*) as rows, coalesce(max(r."t") - min(r."t") filter (where r."t" > '-9000000000000000000'), 0)::float8 as span,
      ${hasLag ? `array(select distinct r."lag" from "${feed.relation}" as r)` : `'{}'::smallint[]`} as lags,
      (select count(*) from ${readsRelation}) as reads
    from "${feed.relation}" as r`,
  );
  const reads = Number(counts!['reads']);
  const means = windows.flatMap(({ index, lo }) => [
    `avg(w${index}."n")::float8 as "rows${index}"`,
    `${lo === null ? 'null' : `avg(s."hi${index}" - s."lo${index}")`}::float8 as "length${index}"`,
  ]);
  const counted = windows.map(
    ({ index, rows }) =>
      `cross join lateral (select count(*) as "n" from "${feed.relation}" as r where ${rows}) as w${index}`,
  );
  const [sample] = await rowsOf(
    trx,
    `select ${means.join(', ')} from (
      select s.* from (select s.*, row_number() over () as "#" from ${readsRelation} as s) as s
      where s."#" % ${Math.max(Math.floor(reads / sampled), 1)} = 0
    ) as s ${counted.join('\n')}`,
  );
  const length = (index: number): number | null => sample![`length${index}`] as number | null;
  return {
    reads,
    rows: Number(counts!['rows']),
    span: Number(counts!['span']),
    lags: counts!['lags'] as readonly number[],
    windows: new Map(
      windows.map(({ index }) => [index, { rows: Number(sample![`rows${index}`]), length: length(index) }]),
    ),
  };
}
