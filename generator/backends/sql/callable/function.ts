import type { SqlProgram } from '../../../../runtime/history/program.ts';
import { resolveRead } from '../../../../runtime/history/resolve-read.ts';
import type { ReadTarget, ResolvedRead } from '../../../../runtime/history/resolve-read.ts';
import { boundsOf } from '../../../../runtime/history/features-query.ts';
import { readsQuery } from '../../../../runtime/history/group-query.ts';
import { readsRelation } from '../../../../runtime/history/relations.ts';
import type { Program } from '../../../ir/index.ts';
import { layoutSql } from '../layout.ts';
import { identifier, textLiteral } from '../literal.ts';
import { knownUntil } from './records-of-key.ts';
import { instantVariable, knownVariable, readStatement } from './statement.ts';
import { exposedType } from './types.ts';

/** A function of one read, its shape in SQL's words. */
export interface CallableFunction {
  /** Quoted, with the schema. */
  readonly name: string;
  /** The type of its row. */
  readonly rowType: string;
  readonly keys: readonly Parameter[];
  readonly columns: readonly Parameter[];
  /** `name(types)` of the read at any instant, and of the read of the present. */
  readonly atAnyInstant: string;
  readonly atPresent: string;
  readonly statements: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
}

/**
 * What the plan rests on, set for each call: texts of doubles carry all their digits, days begin in UTC, a plan is
 * made once for all keys, and what only pays over many rows is off.
 */
const settings = [
  'search_path = pg_catalog',
  `timezone = 'UTC'`,
  'extra_float_digits = 1',
  `datestyle = 'ISO'`,
  'plan_cache_mode = force_generic_plan',
  'jit = off',
  'enable_memoize = off',
  'max_parallel_workers_per_gather = 0',
];

/** @returns null where SQL computes none of its features */
export function callableFunction(
  plan: Program,
  program: Pick<SqlProgram, 'groups' | 'vectors'>,
  target: ReadTarget,
): CallableFunction | null {
  const read = resolveRead({ schema: [], sources: [], ...program } as SqlProgram, target);
  const { vector } = read;
  if (vector.features.length === 0) return null;
  const name = `"skewless".${identifier(vector.name)}`;
  const rowType = `"skewless".${identifier(`${vector.name}_row`)}`;
  const keys = vector.request.map(column => ({ name: column.name, type: exposedType(column.type) }));
  const columns = vector.features.map(column => ({ name: column.name, type: exposedType(column.type) }));
  const types = keys.map(({ type }) => type);
  const parameters = keys.map(parameter);
  const arguments_ = keys.map((_, index) => `$${index + 1}`);
  return {
    name,
    rowType,
    keys,
    columns,
    atAnyInstant: `${name}(${[...types, 'timestamptz', 'timestamptz'].join(', ')})`,
    atPresent: `${name}(${types.join(', ')})`,
    statements: [
      `create or replace function ${name}(${[...parameters, '"t" timestamptz', '"known_at" timestamptz default null'].join(', ')}) returns setof ${rowType}
language plpgsql stable parallel safe rows 1 cost 10000
${settings.map(setting => `set ${setting}`).join(' ')} as ${quoted(body(plan, read))}`,
      `create or replace function ${name}(${parameters.join(', ')}) returns setof ${rowType}
language sql stable parallel safe rows 1 as ${quoted(`select f.* from ${name}(${[...arguments_, 'now()', `'infinity'`].join(', ')}) as f`)}`,
    ],
  };
}

const parameter = ({ name, type }: Parameter): string => `${identifier(name)} ${type}`;

function body(plan: Program, read: ResolvedRead): string {
  const { vector, sources } = read;
  const t = `$${vector.request.length + 1}`;
  const known = `$${vector.request.length + 2}`;
  const missing = vector.request.flatMap(({ name }, index) =>
    vector.requestKeys.includes(name)
      ? [`case when $${index + 1} is null then ${textLiteral(name)} end`]
      : [],
  );
  const missingKeys = missing.length === 0 ? `'{}'` : `array_remove(array[${missing.join(', ')}], null)`;
  return `#variable_conflict use_column
declare ${knownUntil} constant timestamptz := coalesce(${known}, ${t}); ${instantVariable} bigint; ${knownVariable} bigint;
begin
  perform "skewless"."check_read"(${textLiteral(vector.name)}, ${t}, ${knownUntil}, ${missingKeys}, ${textArray(sources)});
  ${instantVariable} := "skewless"."us"(${t});
  ${knownVariable} := "skewless"."known_us"(${knownUntil});
${retention(plan, read)}  return query
${layoutSql(readStatement(plan, read))};
end`;
}

/** Whether months that the windows reach into have been dropped: looked at only where any have. */
function retention(plan: Program, { vector, groups, sources }: ResolvedRead): string {
  const checks = groups.flatMap(group =>
    group.feeds.flatMap(feed => {
      const source = plan.sources.find(({ name }) => name === feed.sources[0]);
      if (source?.kind !== 'stream') return [];
      const { earliest } = boundsOf(group, feed);
      const before = source.earliness + (source.id?.horizon ?? 0);
      const reads = readsQuery(
        group,
        `select 0 as "n", ${instantVariable} as "t", ${knownVariable} as "known", 0 as "open"`,
      );
      const needed =
        earliest === null ? 'null' : `(with ${readsRelation} as (${reads}) select ${earliest} - ${before})`;
      return [
        `    perform "skewless"."check_retained"(${textLiteral(vector.name)}, ${textLiteral(source.name)}, ${needed});\n`,
      ];
    }),
  );
  const distinct = [...new Set(checks)];
  if (distinct.length === 0) return '';
  return `  if exists (select from "history"."retained" as r where r.source = any (${textArray(sources)})) then
${distinct.join('')}  end if;
`;
}

const textArray = (texts: readonly string[]): string => `array[${texts.map(textLiteral).join(', ')}]::text[]`;

/** In dollars that do not stand in the text. */
function quoted(text: string): string {
  let tag = '$features$';
  for (let n = 1; text.includes(tag); n += 1) tag = `$features${n}$`;
  return `${tag}\n${text}\n${tag}`;
}
