// Control path. How lookups find their keys, and what they come to together.
import { inPart } from './compute-part.ts';
import type { Part, ResultTable } from './compute-part.ts';
import { laterLayers } from './derive.ts';
import { derivedJoins, firstLayer } from './group-query.ts';
import type { HistoryFrontier } from './frontier.ts';
import type { SqlColumn, SqlVector } from './program.ts';
import {
  lookupReadsRelation,
  lookupRelation,
  ordinal,
  quoteIdentifier,
  resultRelation,
  spineRelation,
} from './relations.ts';
import { everything, requestColumns } from './spine.ts';
import { lookupsSeen } from './stagings.ts';

/** The reads of a lookup: the keys found in the request and in the results of the lookups before. */
export function keysQuery(vector: SqlVector, index: number): string {
  const { lookups, labels } = vector;
  const isOfLabels = index >= lookups.length;
  const { keys } = isOfLabels ? labels!.lookups[index - lookups.length]! : lookups[index]!;
  const known = isOfLabels ? `${everything} as "known"` : 's."known"';
  const found = keys.map((key, place) => `, ${key} as "k${place}"`).join('');
  return `select s."n", s."t", ${known}, s."open"${found} from ${joined(vector, lookupsSeen(vector, index))}`;
}

/** The spine as `s`, the request as `q`, and the results of some lookups as `l0…`. */
function joined(vector: SqlVector, lookups: readonly number[]): string {
  const results = lookups.map(
    index => `join ${lookupReadsRelation(index)} as m${index} on m${index}."n" = s."n"
join ${lookupRelation(index)} as l${index} on l${index}.${ordinal} = m${index}."read"`,
  );
  return `${spineRelation} as s cross join lateral (${requestColumns(vector)}) as q\n${results.join('\n')}`;
}

/** What a training set has of a vector: the features, then the labels. */
export function columnsOfVector({ features, labels }: SqlVector): readonly SqlColumn[] {
  return [...features, ...(labels?.outputs ?? [])];
}

/**
 * What a training set consists of, by the spine's numbers, once the lookups are there.
 * @param frontier of the sources that labels read
 */
export function resultTable(vector: SqlVector, frontier: readonly HistoryFrontier[]): ResultTable {
  const kept = columnsOfVector(vector).map(({ name }) => `f.${quoteIdentifier(name)}`);
  return {
    relation: resultRelation,
    query: part => resultQuery(vector, frontier, part),
    columns: [...vector.outputs, ...ownInputs(vector), ...firstLayer(vector.derived)],
    later: laterLayers(vector.derived),
    kept: [`f.${ordinal}`, ...kept].join(', '),
  };
}

function resultQuery(vector: SqlVector, frontier: readonly HistoryFrontier[], part: Part): string {
  const outputs = vector.outputs.map(({ name, sql }) => `${sql} as ${quoteIdentifier(name)}`);
  const derived = derivedJoins(firstLayer(vector.derived));
  const inputs = ownInputs(vector).map(({ name }) => `, q.${quoteIdentifier(name)}`);
  const labels = labelColumns(vector, frontier);
  const more = [...inputs, ...[...derived.columns, ...labels].map(column => `, ${column}`)].join('');
  return `select s."n" as ${ordinal}, f.*${more}
from ${joined(
    vector,
    [...vector.lookups, ...(vector.labels?.lookups ?? [])].map((_, index) => index),
  )}
cross join lateral (select ${outputs.join(', ')} offset 0) as f
${derived.joins.join('\n')}${inPart('where', 's."n"', part)}`;
}

/** The labels, each null until every partition of its source is complete past all that may bear on it. */
function labelColumns(
  { lookups, labels }: SqlVector,
  frontier: readonly HistoryFrontier[],
): readonly string[] {
  return (labels?.outputs ?? []).map(({ name, lookup, label, source, through }) => {
    const complete = completeUntil(frontier, source);
    const value = `l${lookups.length + lookup}.${quoteIdentifier(label)}`;
    const isComplete = Number.isFinite(complete)
      ? `s."t" - s."open" + ${through} < ${complete}`
      : String(complete > 0);
    return `case when ${isComplete} then ${value} end as ${quoteIdentifier(name)}`;
  });
}

/** Every record of the source that arrived before this is in, µs; −Infinity where there is no partition. */
function completeUntil(frontier: readonly HistoryFrontier[], source: string): number {
  const partitions = frontier.filter(partition => partition.source === source);
  if (partitions.length === 0) return -Infinity;
  return Math.min(...partitions.map(partition => partition.completeUntil));
}

/** The request's columns that no output stands for: derived features may see them. */
function ownInputs({ request, outputs }: SqlVector): SqlVector['request'] {
  return request.filter(({ name }) => !outputs.some(output => output.name === name));
}
