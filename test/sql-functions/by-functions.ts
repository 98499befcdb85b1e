import { sql } from 'kysely';
import type { Program, ScalarType, ValueType } from '../../generator/ir/index.ts';
import { featuresOf } from '../../generator/ir/features.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import type { Read, Scalar, Session, Value, Values } from '../support/three-ways/read.ts';
import { readsOf } from '../support/three-ways/read.ts';

/** The answer of the installed function to each read of a session, by lateral over a spine. */
export async function byFunctions(
  db: AnyDatabase,
  plan: Program,
  session: Session,
): Promise<ReadonlyMap<Read, Values>> {
  const answers = new Map<Read, Values>();
  const reads = readsOf(session).filter(({ before }) => !before);
  for (const [kind, declared] of [
    ['group', plan.groups],
    ['vector', plan.vectors],
  ] as const) {
    for (const each of declared) {
      const own = reads.filter(read => read.kind === kind && read.name === each.name);
      if (own.length === 0) continue;
      const request = 'keys' in each ? each.keys : each.request;
      const present = await columnsOf(db, each.name);
      if (present.length === 0) continue;
      const features = featuresOf(each).filter(({ name }) => present.includes(name));
      const rows = await call(db, each.name, request, features, own, session.knowledge === 'hindsight');
      for (const [place, read] of own.entries()) answers.set(read, rows[place]!);
    }
  }
  return answers;
}

/** The features that a function has. */
export async function columnsOf(db: AnyDatabase, name: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select a.attname as name from pg_attribute as a
    where a.attrelid = to_regclass(${`skewless."${name}_row"`}) and a.attnum > 0 and not a.attisdropped order by a.attnum`.execute(
    db,
  );
  return rows.map(row => row.name);
}

async function call(
  db: AnyDatabase,
  name: string,
  request: readonly { readonly name: string; readonly type: ScalarType }[],
  features: readonly { readonly name: string; readonly type: ValueType }[],
  reads: readonly Read[],
  isHindsight: boolean,
): Promise<readonly Values[]> {
  const texts = (of: (read: Read) => Scalar | null): readonly (string | null)[] =>
    reads.map(read => {
      const value = of(read);
      return value === null ? null : Object.is(value, -0) ? '-0' : String(value);
    });
  const columns = [
    texts(read => read.t),
    texts(read => read.knownAt),
    ...request.map(column => texts(read => read.request[column.name] ?? null)),
  ].map(values => sql`${values}::text[]`);
  const instant = (us: string): string => `'epoch'::timestamptz + ${us}::bigint * interval '1 microsecond'`;
  const arguments_ = [
    ...request.map(({ type }, place) =>
      type.kind === 'timestamp' ? instant(`s.q${place}`) : `s.q${place}::${transport(type)}`,
    ),
    instant('s.t'),
    isHindsight ? `'infinity'` : instant('s.known'),
  ];
  const selected = features.map(
    ({ name: feature, type }) => `${asText(`f."${feature}"`, type)} as "${feature}"`,
  );
  const names = ['t', 'known', ...request.map((_, place) => `q${place}`)].join(', ');
  const { rows } = await sql<Record<string, string | readonly string[] | null>>`
    select ${sql.raw(selected.join(', '))}
    from unnest(${sql.join(columns)}) with ordinality as s(${sql.raw(`${names}, n`)})
    cross join lateral skewless.${sql.id(name)}(${sql.raw(arguments_.join(', '))}) as f order by s.n`.execute(
    db,
  );
  if (rows.length !== reads.length) throw new Error(`${name}: ${rows.length} rows for ${reads.length} reads`);
  return rows.map(row =>
    Object.fromEntries(features.map(feature => [feature.name, inner(feature.type, row[feature.name]!)])),
  );
}

function transport({ kind }: ScalarType): string {
  if (kind === 'int' || kind === 'bigint') return 'bigint';
  if (kind === 'decimal' || kind === 'double') return 'float8';
  return kind === 'boolean' ? 'boolean' : 'text';
}

/** Instants as µs, so that no client's Date rounds them; all else as the server writes it. */
function asText(value: string, type: ValueType): string {
  const us = (of: string): string => `(extract(epoch from ${of}) * 1000000)::bigint::text`;
  if (type.kind === 'timestamp') return us(value);
  if (type.kind !== 'list') return `${value}::text`;
  if (type.of.kind !== 'timestamp') return `${value}::text[]`;
  return `case when ${value} is not null then array(select ${us('x')} from unnest(${value}) with ordinality as u(x, n) order by n) end`;
}

function inner(type: ValueType, raw: string | readonly string[] | null): Value {
  if (raw === null) return null;
  if (type.kind === 'list') return (raw as readonly string[]).map(element => scalar(type.of, element));
  return scalar(type, raw as string);
}

/** −0 is told from 0: no feature may be it. */
function scalar({ kind }: ScalarType, text: string): Scalar {
  switch (kind) {
    case 'bigint':
      return BigInt(text);
    case 'int':
    case 'timestamp':
    case 'decimal':
    case 'double':
      return Number(text);
    case 'boolean':
      return text === 'true' || text === 't';
    default:
      return text;
  }
}
