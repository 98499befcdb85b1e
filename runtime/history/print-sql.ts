// Control path. What a training set computes, as one statement for people to read and to run.
import { laterLayers } from './derive.ts';
import { featuresStatement } from './features-query.ts';
import type { SqlGroup, SqlLayer, SqlProgram, SqlVector } from './program.ts';
import { lookupReadsRelation, lookupRelation, ordinal, quoteIdentifier, spineRelation } from './relations.ts';
import { resolveRead, withoutLabels } from './resolve-read.ts';
import type { ReadTarget } from './resolve-read.ts';
import { keysQuery, resultTable } from './result-query.ts';
import { everything, spineRequest } from './spine.ts';
import type { Known } from './spine.ts';
import { transportType } from './values.ts';

export interface PrintedRequest {
  readonly read: ReadTarget;
  readonly known: Known;
  readonly before: boolean;
}

/**
 * The statement for one row of the spine: `$1` its t, `$2` up to where arrivals are known (both µs), then the
 * request's columns in order. `trainingSet` computes the same of many rows at once, over staged and indexed rows.
 * What a `compute` yields, and what is derived of it, is null in it, and named in a comment; labels are left out.
 * @throws of a frontier: it is a relation, and no parameter
 */
export function printSql(program: SqlProgram, { read, known, before }: PrintedRequest): string {
  if (known.kind === 'frontier')
    throw new Error('a frontier cannot be printed as SQL: print the statement by arrival, or in hindsight');
  const { vector, groups } = withoutLabels(resolveRead(program, read));
  const missing = [
    ...groups.flatMap(({ name, derived }) => namesOf(laterLayers(derived)).map(each => `${name}.${each}`)),
    ...namesOf(laterLayers(vector.derived)),
  ];
  const relations = [
    `${spineRelation} as (\n  ${spineRow(vector, known, before)}\n)`,
    ...groups.flatMap((group, index) => lookupRelations(vector, group, index)),
  ];
  const { query } = resultTable(vector, []);
  const later = new Set(namesOf(laterLayers(vector.derived)));
  const features = vector.features.map(({ name, type }) =>
    later.has(name) ? missingColumn(name, type.kind, type.list) : `f.${quoteIdentifier(name)}`,
  );
  return `${[...explained(vector, known), ...missingNote(missing)].map(line => `-- ${line}\n`).join('')}with ${relations.join(',\n')}
select ${features.join(', ')}
from (${query(null)}) as f
order by f.${ordinal}`;
}

function spineRow(vector: SqlVector, known: Known, before: boolean): string {
  const columns = spineRequest(vector).map(
    ({ name, type }, index) => `$${index + 3}::${type}${type === 'text' ? ' collate "C"' : ''} as "${name}"`,
  );
  const arrivals = known.kind === 'hindsight' ? `coalesce($2::bigint, ${everything})` : '$2::bigint';
  return `select ${[`0 as "n"`, '$1::bigint as "t"', `${arrivals} as "known"`, `${before ? 1 : 0} as "open"`, ...columns].join(', ')}`;
}

function lookupRelations(vector: SqlVector, group: SqlGroup, index: number): readonly string[] {
  const reads = lookupReadsRelation(index);
  const later = laterLayers(group.derived)
    .flatMap(({ features }) => [...features])
    .map(({ name, type }) => `, ${missingColumn(name, type.kind, type.list)}`);
  return [
    `${reads} as (select s.*, s."n" as "read" from (${keysQuery(vector, index)}) as s)`,
    `${lookupRelation(index)} as (select f.*${later.join('')} from (
${featuresStatement(group, `select s.* from ${reads} as s`)}
) as f)`,
  ];
}

const namesOf = (layers: readonly SqlLayer[]): readonly string[] =>
  layers.flatMap(({ features }) => features.map(({ name }) => name));

const missingColumn = (name: string, kind: Parameters<typeof transportType>[0], isList: boolean): string =>
  `null::${transportType(kind)}${isList ? '[]' : ''} as ${quoteIdentifier(name)}`;

function explained({ name, request }: SqlVector, known: Known): readonly string[] {
  const arrivals =
    known.kind === 'hindsight'
      ? 'null: all that arrived ever is known'
      : `arrivals up to it are known, µs; as asked for, t${known.kind === 'arrival' && known.lag ? ` - ${known.lag}` : ''}`;
  return [
    `${name}, of one row of the spine`,
    '$1: t, µs since 1970',
    `$2: ${arrivals}`,
    ...request.map(
      ({ name: column, nullable }, index) => `$${index + 3}: ${column}${nullable ? ', or null' : ''}`,
    ),
  ];
}

const missingNote = (missing: readonly string[]): readonly string[] =>
  missing.length === 0 ? [] : [`not in SQL, and null here: ${missing.join(', ')}`];
