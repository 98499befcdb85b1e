// Control path. The spine of a training run, by COPY: neither side holds it in memory.
import type pg from 'pg';
import type { CarriedRow, TrainingRequest } from '../training/contract.ts';
import { CopyBuffer } from './copy-buffer.ts';
import { copyHeader, copyTrailer, send, writeValue } from './copy.ts';
import { BadSpineRow } from './errors.ts';
import type { SqlColumn, SqlScalarKind, SqlVector } from './program.ts';
import { quoteIdentifier, spineRelation } from './relations.ts';
import { checkRow, everything, knownAt, spineRequest } from './spine.ts';
import type { SpineColumn } from './spine.ts';
import { transportType } from './values.ts';
import type { Scalar, Value } from './values.ts';

const chunkSize = 256 * 1024;

/** What the spine's relation has of a run besides the request: what rows tell of their knowledge, what they carry. */
export function carriedColumns({ carried, hasKnownAt }: TrainingRequest): readonly SpineColumn[] {
  return [
    ...(hasKnownAt ? [{ name: 'told', type: 'bigint' }] : []),
    ...carried.map(({ type }, index) => ({
      name: `c${index}`,
      type: `${transportType(type.kind)}${type.list ? '[]' : ''}`,
    })),
  ];
}

/**
 * Copies rows into the spine's relation of a schema.
 * @returns how many
 * @throws BadSpineRow
 */
export async function copySpine(
  client: pg.ClientBase,
  schema: string,
  vector: SqlVector,
  request: TrainingRequest,
  rows: AsyncIterable<readonly CarriedRow[]>,
): Promise<number> {
  const names = [
    ...['n', 't', 'known', 'open'],
    ...[...spineRequest(vector), ...carriedColumns(request)].map(({ name }) => name),
  ];
  let loaded = 0;
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield copyHeader;
    const buffer = new CopyBuffer(chunkSize);
    for await (const batch of rows) {
      for (const row of batch) {
        checkRow(vector, row, loaded);
        buffer.int2(names.length);
        writeRow(buffer, vector, request, row, loaded);
        loaded += 1;
        if (buffer.isFull) yield buffer.take();
      }
    }
    buffer.int2(copyTrailer);
    yield buffer.take();
  }
  await send(client, `${schema}.${spineRelation} (${names.map(quoteIdentifier).join(', ')})`, chunks());
  return loaded;
}

function writeRow(
  buffer: CopyBuffer,
  vector: SqlVector,
  { known, before, carried, hasKnownAt }: TrainingRequest,
  row: CarriedRow,
  number: number,
): void {
  buffer.int4(number);
  buffer.int8(row.t);
  const arrivals = knownAt(row, known);
  if (arrivals === null) buffer.bigint(everything);
  else buffer.int8(arrivals);
  buffer.int4(before ? 1 : 0);
  for (const column of vector.request) write(buffer, column, row.request[column.name] ?? null, number);
  if (hasKnownAt) {
    if (row.knownAt === undefined) buffer.null();
    else buffer.int8(row.knownAt);
  }
  for (let i = 0; i < carried.length; i += 1) write(buffer, carried[i]!, row.carried[i] ?? null, number);
}

function write(buffer: CopyBuffer, { name, type }: SqlColumn, value: Value, row: number): void {
  if (value === null) return buffer.null();
  try {
    if (!type.list) return writeScalar(buffer, name, type.kind, value);
    if (!Array.isArray(value)) throw new TypeError(`${name}: ${String(value)} is no list`);
    const list: readonly Scalar[] = value;
    buffer.array(elementTypes[transportType(type.kind)]!, list.length, index =>
      writeScalar(buffer, name, type.kind, list[index]!),
    );
  } catch (error) {
    throw error instanceof TypeError ? new BadSpineRow(row, error.message) : error;
  }
}

/** The oids of the types that values travel as. */
const elementTypes: Readonly<Record<string, number>> = {
  bigint: 20,
  'double precision': 701,
  boolean: 16,
  text: 25,
};

function writeScalar(buffer: CopyBuffer, name: string, kind: SqlScalarKind, value: Value): void {
  if (Array.isArray(value)) throw new TypeError(`${name}: a list is no ${kind}`);
  const scalar = value as Scalar;
  switch (kind) {
    case 'int':
    case 'timestamp':
      if (!Number.isSafeInteger(scalar)) throw new TypeError(`${name}: ${String(scalar)} is no ${kind}`);
      return buffer.int8(scalar as number);
    case 'uuid':
      return writeValue(buffer, { name, kind: 'text', scale: 0 }, String(scalar).toLowerCase());
    case 'decimal':
      return writeValue(buffer, { name, kind: 'double', scale: 0 }, scalar);
    default:
      return writeValue(buffer, { name, kind, scale: 0 }, scalar);
  }
}
