import { laterLayers } from '../../../../runtime/history/derive.ts';
import { featuresStatement } from '../../../../runtime/history/features-query.ts';
import { derivedJoins, firstLayer } from '../../../../runtime/history/group-query.ts';
import type { SqlColumn, SqlGroup, SqlLayer } from '../../../../runtime/history/program.ts';
import type { ResolvedRead } from '../../../../runtime/history/resolve-read.ts';
import type { Program, SourcePlan, StreamPlan, TablePlan } from '../../../ir/index.ts';
import { identifier } from '../literal.ts';
import { recordsOfKey } from './records-of-key.ts';
import { exposed, held } from './types.ts';

/** Variables that the statement takes: the read's instant and what it knows, in µs. */
export const instantVariable = '"@t"';
export const knownVariable = '"@known"';

/**
 * One read as one statement: the request is `$1…`, the result one row of the visible features as people have them.
 * Everything is found by key, so it is no better than an index scan and no worse.
 */
export function readStatement(program: Program, { vector, groups }: ResolvedRead): string {
  const inputs = vector.request.map(
    ({ name, type }, index) => `${held(`$${index + 1}`, type.kind)} as ${identifier(name)}`,
  );
  const lookups = groups.flatMap((group, index) =>
    group.features.length === 0
      ? []
      : [`cross join lateral (${lookup(program, group, vector.lookups[index]!.keys)}) as l${index}`],
  );
  const outputs = vector.outputs.map(({ name, sql }) => `${sql} as ${identifier(name)}`);
  const ownInputs = vector.request.filter(({ name }) => !vector.outputs.some(output => output.name === name));
  const first = derivedJoins(firstLayer(vector.derived));
  const columns = ['f.*', ...ownInputs.map(({ name }) => `q.${identifier(name)}`), ...first.columns];
  const result = `select ${columns.join(', ')}
from (select 0 as "n", ${instantVariable} as "t", ${knownVariable} as "known", 0 as "open") as s
cross join (select ${inputs.join(', ')}) as q
${lookups.join('\n')}
cross join lateral (select ${outputs.join(', ')} offset 0) as f
${first.joins.join('\n')}`;
  return `select ${vector.features.map(feature => exposedColumn(feature)).join(', ')} from (${withLayers(result, laterLayers(vector.derived))}) as f`;
}

function lookup(program: Program, group: SqlGroup, keys: readonly string[]): string {
  const columns = keys.map((key, place) => `, ${key} as "k${place}"`).join('');
  const reads = `select s."n", s."t", s."known", s."open"${columns}`;
  const plan = program.groups.find(({ name }) => name === group.name)!;
  const statement = featuresStatement(group, reads, feed => source => {
    const feedPlan = plan.feeds[feed.index]!;
    return recordsOfKey(
      sourceNamed(program, feedPlan.source),
      storedSource(program, source),
      feedPlan,
      group,
      feed,
    );
  });
  return withLayers(statement, laterLayers(group.derived));
}

/** Layers of derived features after the first, one around the other. */
function withLayers(query: string, layers: readonly SqlLayer[]): string {
  return layers.reduce((inner, layer) => {
    const { columns, joins } = derivedJoins(layer.kind === 'sql' ? layer.features : []);
    return `select f.*, ${columns.join(', ')} from (${inner}) as f
cross join (select ${instantVariable} as "t") as s ${joins.join('\n')}`;
  }, query);
}

const exposedColumn = ({ name, type }: SqlColumn): string =>
  `${exposed(`f.${identifier(name)}`, type)} as ${identifier(name)}`;

function sourceNamed(program: Program, name: string): SourcePlan {
  return program.sources.find(source => source.name === name)!;
}

function storedSource(program: Program, name: string): StreamPlan | TablePlan {
  return sourceNamed(program, name) as StreamPlan | TablePlan;
}
