// Hot path. The rows of a training run, batch by batch: while one is taken, the server makes the next.
import type pg from 'pg';
import type { RowBatch, TrainingRequest } from '../training/contract.ts';
import { inTransaction } from './client.ts';
import type { SqlColumn, SqlScalarKind, SqlVector } from './program.ts';
import { ordinal, quoteIdentifier, resultRelation, spineRelation } from './relations.ts';
import { columnsOfVector } from './result-query.ts';
import { carriedColumns } from './run-load.ts';
import { spineRequest } from './spine.ts';
import { decode } from './values.ts';
import type { Value } from './values.ts';

const batchRows = 10_000;

/** What a run yields, and where it stands. */
interface Result {
  readonly columns: readonly SqlColumn[];
  /** Over `s` and `f`. */
  readonly selected: readonly string[];
  /** How many of the columns are the spine's own: they leave as they came. */
  readonly own: number;
}

const instant = { kind: 'timestamp', list: false } as const;

/** The request, `t`, `known_at` where rows tell it, what is carried, the features, the labels. */
export function resultOf(vector: SqlVector, request: TrainingRequest): Result {
  const own = [
    ...vector.request.map(({ name, type }) => ({ name, type })),
    { name: 't', type: instant },
    ...(request.hasKnownAt ? [{ name: 'known_at', type: instant }] : []),
    ...request.carried,
  ];
  const computed = columnsOfVector(vector);
  const ownNames = [...spineRequest(vector), { name: 't' }, ...carriedColumns(request)];
  return {
    columns: [...own, ...computed],
    selected: [
      ...ownNames.map(({ name }) => `s."${name}"`),
      ...computed.map(({ name }) => `f.${quoteIdentifier(name)}`),
    ],
    own: own.length,
  };
}

/** @param schema of the run, quoted */
export async function* resultBatches(
  pool: pg.Pool,
  schema: string,
  result: Result,
  from: number,
  rows: number,
): AsyncGenerator<RowBatch, void> {
  const read = (first: number): Promise<RowBatch> | null =>
    first < rows ? readBatch(pool, schema, result, first) : null;
  let pending = read(from);
  // Who stops listening leaves a batch on its way.
  pending?.catch(() => undefined);
  try {
    for (let first = from; pending !== null; first += batchRows) {
      const batch = await pending;
      pending = read(first + batchRows);
      pending?.catch(() => undefined);
      yield batch;
    }
  } finally {
    await pending?.catch(() => undefined);
  }
}

async function readBatch(
  pool: pg.Pool,
  schema: string,
  { columns, selected, own }: Result,
  first: number,
): Promise<RowBatch> {
  const text = `select ${selected.join(', ')}
from ${schema}.${spineRelation} as s join ${schema}.${resultRelation} as f on f.${ordinal} = s."n"
where s."n" between $1 and $2 order by s."n"`;
  const client = await pool.connect();
  let isBroken = true;
  try {
    const { rows } = await inTransaction(client, async () => {
      await client.query('set local extra_float_digits = 1');
      return await client.query<unknown[]>({
        text,
        values: [first, first + batchRows - 1],
        rowMode: 'array',
      });
    });
    isBroken = false;
    return {
      rows: rows.length,
      columns: columns.map(({ type }, index) =>
        rows.map(row => (index < own ? asItCame(type, row[index]) : decode(type, row[index]))),
      ),
    };
  } finally {
    client.release(isBroken);
  }
}

/** −0 is a value of its own where it is none of ours. */
function asItCame(type: SqlColumn['type'], raw: unknown): Value {
  if (!isDouble(type.kind) || raw === null) return decode(type, raw);
  return type.list ? (raw as readonly unknown[]).map(Number) : Number(raw);
}

const isDouble = (kind: SqlScalarKind): boolean => kind === 'double' || kind === 'decimal';
