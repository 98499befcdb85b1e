// Control path. Derived features that come after a `compute`, layer by layer, over the relation of a result.
import { sql } from 'kysely';
import { computed } from '../engine/compute.ts';
import { derivedJoins } from './group-query.ts';
import type { JavaScriptDerived, SqlColumn, SqlLayer } from './program.ts';
import { ordinal, quoteIdentifier, spineRelation } from './relations.ts';
import { rowsOf } from './session.ts';
import type { AnyTransaction } from './session.ts';
import { decode, transportType } from './values.ts';
import type { Value } from './values.ts';

/** The layers that are not part of the result's own query. */
export function laterLayers(layers: readonly SqlLayer[]): readonly SqlLayer[] {
  return layers[0]?.kind === 'sql' ? layers.slice(1) : layers;
}

/**
 * Adds later layers to a relation of results, as columns.
 * @param known what the relation has, besides the ordinal
 */
export async function deriveLater(
  trx: AnyTransaction,
  relation: string,
  known: readonly SqlColumn[],
  layers: readonly SqlLayer[],
): Promise<void> {
  const columns = [...known];
  for (const layer of layers) {
    if (layer.kind === 'sql') {
      const derived = derivedJoins(layer.features);
      await replace(
        trx,
        relation,
        derived.columns,
        `join ${spineRelation} as s on s."n" = f.${ordinal} ${derived.joins.join('\n')}`,
      );
    } else {
      await compute(trx, relation, columns, layer.features);
    }
    columns.push(...layer.features);
  }
}

async function compute(
  trx: AnyTransaction,
  relation: string,
  known: readonly SqlColumn[],
  features: readonly JavaScriptDerived[],
): Promise<void> {
  const selected = known.map(({ name }) => `, f.${quoteIdentifier(name)}`).join('');
  const rows = await rowsOf(
    trx,
    `select f.${ordinal}, s."t" as "#t"${selected} from ${relation} as f join ${spineRelation} as s on s."n" = f.${ordinal}`,
  );
  const results = rows.map(raw => {
    const row: Record<string, Value> = Object.fromEntries(
      known.map(({ name, type }) => [name, decode(type, raw[name])]),
    );
    for (const feature of features)
      row[feature.name] = resultOf(feature, feature.run(row, Number(raw['#t'])));
    return {
      '#': raw['#'],
      ...Object.fromEntries(features.map(({ name }) => [name, jsonValue(row[name]!)])),
    };
  });
  const types = features.map(
    ({ name, type }) => `${quoteIdentifier(name)} ${transportType(type.kind)}${type.list ? '[]' : ''}`,
  );
  await sql`create temporary table "#computed" on commit drop as
    select * from jsonb_to_recordset(${JSON.stringify(results)}::jsonb) as j(${sql.raw([`${ordinal} integer`, ...types].join(', '))})`.execute(
    trx,
  );
  const names = features.map(({ name }) => `j.${quoteIdentifier(name)}`);
  await replace(trx, relation, names, `join "#computed" as j using (${ordinal})`);
  await sql.raw('drop table "#computed"').execute(trx);
}

/** A number leaves finite and without −0, or as null (semantics §10.6). */
function resultOf({ default: otherwise }: JavaScriptDerived, result: Value | undefined): Value {
  return computed(result) ?? otherwise;
}

/** JSON has no bigint: it goes as text, which the column's type reads. */
function jsonValue(value: Value): unknown {
  if (typeof value === 'bigint') return String(value);
  return Array.isArray(value)
    ? value.map(element => (typeof element === 'bigint' ? String(element) : element))
    : value;
}

async function replace(
  trx: AnyTransaction,
  relation: string,
  columns: readonly string[],
  joins: string,
): Promise<void> {
  await sql.raw(`alter table ${relation} rename to "#plain"`).execute(trx);
  await sql
    .raw(
      `create temporary table ${relation} on commit drop as select f.*, ${columns.join(', ')} from "#plain" as f ${joins}`,
    )
    .execute(trx);
  await sql.raw('drop table "#plain"').execute(trx);
}
