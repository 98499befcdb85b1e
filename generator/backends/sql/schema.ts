import { createHash } from 'node:crypto';
import { kernelDdl } from '../../../kernels/sql.ts';
import type { Program, SourcePlan, StreamPlan, TablePlan } from '../../ir/index.ts';
import { adoptTable, adoptTableFunction } from './adopt-table.ts';
import { keyColumns } from './callable/key-columns.ts';
import { historyTable, microsecondsFunction, pgType } from './columns.ts';
import { identifier, textLiteral } from './literal.ts';

/** What the schema `history` holds for every program. */
const common = [
  'create schema if not exists "history"',
  `create table if not exists "history"."frontier" (
  source text collate "C" not null,
  topic integer not null,
  epoch integer not null,
  partition integer not null,
  next_offset bigint not null,
  arrived_at timestamptz not null,
  complete_until timestamptz not null,
  primary key (source, topic, epoch, partition)
)`,
  `comment on table "history"."frontier" is 'Per partition: the next offset, the greatest arrival so far, and the instant before which every arrival is in.'`,
  `create table if not exists "history"."retained" (
  source text collate "C" primary key,
  complete_from timestamptz not null
)`,
  `comment on table "history"."retained" is 'Per stream of which months were dropped: what arrived before this instant is gone.'`,
  adoptTable('refused', true, []),
  `create table if not exists "history"."refused" (
  source text collate "C" not null,
  topic integer not null,
  epoch integer not null,
  partition integer not null,
  "offset" bigint not null,
  reason text collate "C" not null,
  "column" text collate "C",
  message text collate "C" not null,
  bytes bytea,
  arrived_at timestamptz not null,
  reingested_epoch integer,
  reingested_at timestamptz,
  primary key (source, topic, epoch, partition, "offset", arrived_at)
) partition by range (arrived_at)`,
  `comment on table "history"."refused" is 'Records that did not decode. They take no part in anything, until they are ingested again: then as records of the import (topic -1) of that epoch.'`,
  `create table if not exists "history"."imports" (
  source text collate "C" not null,
  epoch integer not null,
  digest text collate "C" not null,
  "from" text not null,
  cut timestamptz,
  stored bigint not null,
  refused bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  imported_at timestamptz not null default now(),
  dropped_at timestamptz,
  primary key (source, epoch)
)`,
  `comment on table "history"."imports" is 'Imports (topic -1) by number: what they were made of, the instant before which they end, and the time that their rows are of. Of one that was dropped this row is left: its number is not given again.'`,
  `create or replace view "history"."completeness" as
select f.source, f.topic, f.epoch, f.partition, f.next_offset, f.arrived_at,
  case when f.topic >= 0 or bool_or(f.topic >= 0) over of_source then f.complete_until
    else max(coalesce(i.cut, f.arrived_at + interval '1 microsecond')) over of_source end as complete_until
from "history"."frontier" as f left join "history"."imports" as i on f.topic = -1 and (i.source, i.epoch) = (f.source, f.epoch)
window of_source as (partition by f.source)`,
  `comment on view "history"."completeness" is 'The frontier as reads take it: imports without a log behind them are complete as far as the last of them goes.'`,
  `create table if not exists "history"."audit_frontier" (
  id bytea primary key,
  positions text collate "C" not null,
  last_read_at timestamptz not null
)`,
  `comment on table "history"."audit_frontier" is 'What logged reads knew, each frontier once, as JSON: [source, topic, epoch, partition, next offset] of every partition. Its id is the SHA-256 of that text.'`,
  `create table if not exists "history"."audit" (
  id bigint generated always as identity primary key,
  read_at timestamptz not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  fingerprint text collate "C" not null,
  request text collate "C" not null,
  t bigint not null,
  frontier bytea not null,
  "values" text collate "C" not null
)`,
  `comment on table "history"."audit" is 'A sample of what was served: the request and the values as JSON, the instant t in µs, what was known then, and the fingerprint of the meaning. skewless verify computes them again.'`,
  `create index if not exists "audit_by_read_at" on "history"."audit" (read_at)`,
];

/** Everything a database needs, statement by statement; each may be run again at any time. */
export function schemaDdl(program: Program): readonly string[] {
  return [
    ...kernelDdl([...new Set([...program.zones, ...program.labelZones])].sort()),
    microsecondsFunction,
    adoptTableFunction,
    ...common,
    ...program.sources.flatMap(source => sourceDdl(program, source)),
  ];
}

/**
 * A stream's records lie in months of arrival, which the runtime makes as they are needed: old ones are dropped whole,
 * and a training set looks at none that cannot matter. The changes of a table stay in one: the state of its rows at
 * any instant may hang on the first change that was ever made, so no month could be dropped or left out.
 */
function sourceDdl(program: Program, source: SourcePlan): readonly string[] {
  if (source.kind === 'changes') return [];
  const table = historyTable(source.name);
  const isStream = source.kind === 'stream';
  const columns = source.columns.map(
    column =>
      `  ${identifier(column.name)} ${pgType(column.type)}${isRequired(source, column) ? ' not null' : ''}`,
  );
  const record = [
    '  "_topic" integer not null',
    '  "_epoch" integer not null',
    '  "_partition" integer not null',
    '  "_offset" bigint not null',
    '  "_arrived_at" timestamptz not null',
    ...(isStream
      ? []
      : [
          '  "_op" text collate "C" not null',
          '  "_lsn" numeric',
          '  "_commit_time" timestamptz not null',
          '  "_unavailable" text[] not null default \'{}\'',
        ]),
    `  primary key ("_topic", "_epoch", "_partition", "_offset"${isStream ? ', "_arrived_at"' : ''})`,
  ];
  const documented = source.doc === null ? [] : [`comment on table ${table} is ${textLiteral(source.doc)}`];
  const wanted = source.columns.map(column => ({ ...column, isRequired: isRequired(source, column) }));
  return [
    adoptTable(source.name, isStream, wanted),
    `create table if not exists ${table} (\n${[...columns, ...record].join(',\n')}\n)${isStream ? ' partition by range ("_arrived_at")' : ''}`,
    ...documented,
    ...indexes(program, source),
  ];
}

/** A deletion has its key alone, and a truncate nothing. */
function isRequired(source: StreamPlan | TablePlan, column: { readonly nullable: boolean }): boolean {
  return source.kind === 'stream' && !column.nullable;
}

/**
 * An index for each way a group finds a stream's rows: its keys, where they are bare columns, then event time; and by
 * id, for a repeat may be of another key. Of a table: by primary key, by the keys that groups have of it, and a small
 * one of truncates. And of a stream a small one by arrival, in whose order records are written: a training set reads no
 * more of a history than can matter.
 */
function indexes(program: Program, source: StreamPlan | TablePlan): readonly string[] {
  const keys = [...(source.kind === 'stream' ? [] : [source.primaryKey]), ...keysOf(program, source)];
  const last = source.kind === 'stream' ? [source.eventTime] : ['_topic', '_epoch', '_partition', '_offset'];
  const distinct = new Map(keys.map(columns => [columns.join('\0'), columns]));
  const byArrival = identifier(`${source.name.slice(0, 45)}_by__arrived_at`);
  const brin = `create index if not exists ${byArrival} on ${historyTable(source.name)} using brin ("_arrived_at")`;
  const byKeys = [...distinct.values()].map(columns => {
    const all = [...columns, ...last.filter(name => !columns.includes(name))];
    const name = identifier(indexName(source.name, columns));
    return `create index if not exists ${name} on ${historyTable(source.name)} (${all.map(identifier).join(', ')})`;
  });
  return source.kind === 'stream' ? [...byKeys, ...byId(source), brin] : [...byKeys, truncatesIndex(source)];
}

function byId({ name, id }: StreamPlan): readonly string[] {
  if (id === null) return [];
  const index = identifier(indexName(name, [id.column, '']));
  return [`create index if not exists ${index} on ${historyTable(name)} (${identifier(id.column)})`];
}

function truncatesIndex({ name }: TablePlan): string {
  return `create index if not exists ${identifier(indexName(name, ['', 'truncates']))} on ${historyTable(name)} ("_commit_time") where "_op" = 't'`;
}

/** No table is named so, for `#` is in no source's name; what PostgreSQL would cut ends in a digest instead. */
function indexName(source: string, columns: readonly string[]): string {
  const whole = [source, ...columns].join('#');
  if (whole.length <= 63) return whole;
  return `${whole.slice(0, 54)}#${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`;
}

/** The columns by which groups find a source's records, where their keys are columns. */
function keysOf(program: Program, source: StreamPlan | TablePlan): readonly (readonly string[])[] {
  return program.groups
    .flatMap(group => group.feeds)
    .flatMap(feed => {
      const of = program.sources.find(({ name }) => name === feed.source)!;
      const stored = of.kind === 'changes' ? of.table : of.name;
      const columns = stored === source.name ? keyColumns(of, feed) : null;
      return columns === null ? [] : [columns.map(({ name }) => name)];
    });
}
