// Control path. Where a query reads the records of a source, and for whom they exist.
//
// Which versions of a table's row exist, and their versionTimes, follow from the versions before them that are known
// (semantics §7). Where all of a row's versions arrived in order of position, as they do in one partition, those before
// a known one are known too, and the versions are the same whoever asks. The others are unruly:
//
//   1. a row whose versions arrived in another order than they stand in
//   2. every row, where a truncate may be known to some who know the rows of another partition, and not to others
//   3. a row of which a version stands before a truncate that was committed earlier; every row, where a truncate does
//
// Records of unruly rows are read once for each knowledge that the spine asks from, and say for which: "#for".
//
// Where reads know frontiers along a chain, the order in which records came to be known stands in place of the order of
// arrival: see frontier-chain.ts.
import { knownSince } from './frontier-chain.ts';
import {
  frontierRelation,
  plainRecord,
  quoteIdentifier,
  quoteText,
  readsRelation,
  sinceArrival,
} from './relations.ts';
import type { SqlSource } from './program.ts';
import { rowsOf, runAll } from './session.ts';
import type { AnyTransaction } from './session.ts';
import { requireRetained } from './retained.ts';
import type { Retained } from './retained.ts';
import { reachOf } from './source-reach.ts';
import type { Reach } from './source-reach.ts';
import { tableAs } from './workspace.ts';
import type { Workspace } from './workspace.ts';

export type TableOf = (source: string, reach: Reach) => string;

const unrulyRelation = ({ name }: SqlSource): string => quoteIdentifier(`#unruly_${name}`);
const position = 'h."_topic", h."_epoch", h."_partition", h."_offset"';

/** Where records are read. */
export interface RecordsContext {
  readonly sources: readonly SqlSource[];
  /** Sources that have unruly rows: see {@link stageUnruly}. */
  readonly unruly: ReadonlySet<string>;
  /** Sources of which only what lies below the staged frontier is read. */
  readonly bounded: ReadonlySet<string>;
  /** The relation of that frontier; the given one unless told otherwise. */
  readonly frontier?: string;
  /** Whether that frontier is the last of a staged chain, and bounded records are known step by step. */
  readonly isChain?: boolean;
  readonly retained: Retained;
}

/**
 * Where the records of these sources are read, as far as they matter. What is returned throws HistoryBehind where
 * records are gone that would matter.
 */
export function recordsOf(context: RecordsContext): TableOf {
  const { sources, unruly, retained } = context;
  return (name, reach) => {
    const source = sources.find(candidate => candidate.name === name);
    if (source === undefined) throw new Error(`${name} is not among the sources that are read`);
    requireRetained(retained, source, reach);
    const held = heldOf(source, context);
    if (unruly.has(name)) return forEachKnowledge(source, held);
    const within = reachOf(source, held.isChain ? { ...reach, known: null } : reach);
    return `(select ${plainRecord(held.known)} from ${held.from}${within})`;
  };
}

/**
 * Makes a relation for each table that has unruly rows. Where every read knows the same there is no need of it.
 * @returns the names of those tables
 */
export async function stageUnruly(
  trx: AnyTransaction,
  workspace: Workspace,
  sources: readonly SqlSource[],
  bounded: ReadonlySet<string>,
  isChain = false,
): Promise<readonly string[]> {
  const unruly: string[] = [];
  for (const source of sources) {
    if (
      source.kind === 'table' &&
      (await findUnruly(trx, workspace, source, heldOf(source, { bounded, isChain })))
    )
      unruly.push(source.name);
  }
  return unruly;
}

/** What a training set may look at of a source at all. */
interface Held {
  /** To select from, as `h`. */
  readonly from: string;
  /** `#known` of `h`. */
  readonly known: string;
  readonly isChain: boolean;
}

type Bounds = Pick<RecordsContext, 'bounded' | 'frontier' | 'isChain'>;

function heldOf(source: SqlSource, { bounded, frontier = frontierRelation, isChain = false }: Bounds): Held {
  if (!bounded.has(source.name)) return { from: `${source.table} as h`, known: sinceArrival, isChain: false };
  const known = isChain ? knownSince(source) : sinceArrival;
  return { from: belowFrontier(source, frontier), known, isChain };
}

/** To select from as `h`, its `#known` beside it. */
const heldRelation = ({ from, known }: Held): string =>
  `(select h.*, ${known} as "#known" from ${from}) as h`;

const belowFrontier = ({ name, table }: SqlSource, frontier: string): string =>
  `${table} as h join ${frontier} as k on k.source = ${quoteText(name)}
      and k.topic = h."_topic" and k.epoch = h."_epoch" and k.partition = h."_partition" and h."_offset" < k.next_offset`;

async function findUnruly(
  trx: AnyTransaction,
  workspace: Workspace,
  source: SqlSource,
  held: Held,
): Promise<boolean> {
  const key = rowKey(source);
  const relation = heldRelation(held);
  const since = held.isChain ? 'h."#known"' : 'h."_arrived_at"';
  await runAll(trx, [
    tableAs(
      workspace,
      unrulyRelation(source),
      `with "truncates" as materialized (select h.* from ${relation} where h."_op" = 't')
select distinct h."key" from (
  select ${key} as "key", ${since} < max(${since}) over (
      partition by ${key} order by ${position} rows between unbounded preceding and 1 preceding) as "is_unruly",
    ${precedesOlderTruncate} as "is_before_older"
  from ${relation} where h."_op" <> 't'
) as h
where h."is_unruly" or h."is_before_older" or (
  exists (select from "truncates")
  and (select count(*) from (select distinct h."_topic", h."_epoch", h."_partition" from ${relation}) as p) > 1)
  or exists (select from "truncates" as h where ${precedesOlderTruncate})`,
    ),
    `analyze ${unrulyRelation(source)}`,
  ]);
  const [row] = await rowsOf(trx, `select exists (select from ${unrulyRelation(source)}) as found`);
  return row!['found'] === true;
}

/** Whether a truncate that stands after the record `h` in its partition was committed before it. */
const precedesOlderTruncate = `exists (select from "truncates" as x where x."_offset" > h."_offset" and x."_commit_time" < h."_commit_time"
    and (x."_topic", x."_epoch", x."_partition") = (h."_topic", h."_epoch", h."_partition"))`;

function forEachKnowledge(source: SqlSource, held: Held): string {
  const isUnruly = `${rowKey(source)} in (select u."key" from ${unrulyRelation(source)} as u)`;
  const relation = heldRelation(held);
  return `(
    select h.*, null::bigint as "#for" from ${relation} where h."_op" = 't' or not (${isUnruly})
    union all
    select h.*, k."known" from ${relation} join (select distinct s."known" from ${readsRelation} as s) as k
      on coalesce(h."#known", "skewless".us(h."_arrived_at")) <= k."known"
    where h."_op" <> 't' and ${isUnruly})`;
}

const rowKey = ({ primaryKey }: SqlSource): string =>
  `jsonb_build_array(${primaryKey.map(name => `h.${quoteIdentifier(name)}`).join(', ')})`;
