// Hot path of writing. Parquet, a row group at a time, each column an array of what is stored.
//
// pandas makes doubles of whole numbers with nulls among them, which would change a bigint beyond 2^53 without a word.
// Its own metadata in the file says `Int64` of such columns.
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import type { SqlColumn, SqlScalarKind } from '../../history/program.ts';
import type { Scalar, Value } from '../../history/values.ts';
import type { RowBatch } from '../contract.ts';
import type { Output } from './output.ts';
import type { PartialFile } from './partial-file.ts';

/** Rows of a row group, unless the training set has fewer. Twice as many cost 100 MB more, and no time less. */
export const ROW_GROUP = 50_000;

type Stored = bigint | number | boolean | string | null;

export class ParquetOutput implements Output {
  readonly #file: PartialFile;
  readonly #columns: readonly SqlColumn[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  /** Places of columns that pandas would read as doubles, and must not. */
  readonly #nullableBigints = new Set<number>();
  #stored: (Stored | Stored[])[][];
  #rows = 0;

  constructor(file: PartialFile, columns: readonly SqlColumn[]) {
    this.#file = file;
    this.#columns = columns;
    this.#stored = columns.map(() => []);
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(columns),
      createdBy: 'skewless',
    });
  }

  async write({ rows, columns }: RowBatch): Promise<void> {
    for (let start = 0; start < rows;) {
      const end = Math.min(rows, start + ROW_GROUP - this.#rows);
      for (let i = 0; i < columns.length; i += 1)
        store(this.#columns[i]!, columns[i]!, start, end, this.#stored[i]!);
      this.#rows += end - start;
      start = end;
      if (this.#rows === ROW_GROUP) await this.#writeGroup();
    }
  }

  async finish(metadata: object): Promise<void> {
    if (this.#rows > 0) await this.#writeGroup();
    this.#writer.kvMetadata = [
      { key: 'skewless', value: JSON.stringify(metadata) },
      ...pandasMetadata(this.#columns.filter((_, i) => this.#nullableBigints.has(i))),
    ];
    await this.#writer.finish();
    await this.#flush();
    await this.#file.finish();
  }

  async abandon(): Promise<void> {
    await this.#file.abandon();
  }

  async #writeGroup(): Promise<void> {
    this.#columns.forEach(({ type }, i) => {
      if (type.kind === 'bigint' && !type.list && this.#stored[i]!.includes(null))
        this.#nullableBigints.add(i);
    });
    const columnData = this.#columns.map(({ name }, i) => ({ name, data: this.#stored[i]! }));
    await this.#writer.write({ columnData, rowGroupSize: this.#rows });
    this.#stored = this.#columns.map(() => []);
    this.#rows = 0;
    await this.#flush();
  }

  /** The writer counts on from where it was; its memory is used again. */
  async #flush(): Promise<void> {
    await this.#file.append(this.#bytes.getBytes());
    this.#bytes.index = 0;
  }
}

/** What pandas is told; it asks for no more than the columns that are to be of another type than its own choice. */
function pandasMetadata(nullableBigints: readonly SqlColumn[]): { key: string; value: string }[] {
  if (nullableBigints.length === 0) return [];
  const columns = nullableBigints.map(({ name }) => ({
    ...{ name, field_name: name, pandas_type: 'int64', numpy_type: 'Int64', metadata: null },
  }));
  const value = { index_columns: [], column_indexes: [], columns, pandas_version: '1.0.0' };
  return [{ key: 'pandas', value: JSON.stringify(value) }];
}

/** Lists in the three levels of the format's specification; everything may be null. */
function schemaOf(columns: readonly SqlColumn[]): SchemaElement[] {
  const schema: SchemaElement[] = [{ name: 'schema', num_children: columns.length }];
  for (const { name, type } of columns) {
    if (!type.list) {
      schema.push({ name, repetition_type: 'OPTIONAL', ...physical(type.kind) });
      continue;
    }
    schema.push(
      {
        name,
        repetition_type: 'OPTIONAL',
        num_children: 1,
        converted_type: 'LIST',
        logical_type: { type: 'LIST' },
      },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', ...physical(type.kind) },
    );
  }
  return schema;
}

function physical(kind: SqlScalarKind): Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'> {
  switch (kind) {
    case 'int':
    case 'bigint':
      return { type: 'INT64' };
    case 'decimal':
    case 'double':
      return { type: 'DOUBLE' };
    case 'timestamp':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
    case 'boolean':
      return { type: 'BOOLEAN' };
    case 'text':
    case 'enum':
    case 'uuid':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
  }
}

/** Appends what is stored of the values from `start` to before `end`. */
function store(
  { type: { kind, list } }: SqlColumn,
  values: readonly Value[],
  start: number,
  end: number,
  into: (Stored | Stored[])[],
): void {
  const isWhole = kind === 'int' || kind === 'bigint' || kind === 'timestamp';
  const isDouble = kind === 'decimal' || kind === 'double';
  for (let row = start; row < end; row += 1) {
    const value = values[row]!;
    if (value === null) into.push(null);
    else if (list) into.push((value as readonly Scalar[]).map(isWhole ? whole : isDouble ? double : same));
    else if (isWhole) into.push(BigInt(value as number | bigint));
    // The writer's dictionary holds 0 and −0 for the same; ours is 0 (rule 6).
    else if (isDouble) into.push((value as number) + 0);
    else into.push(value as Stored);
  }
}

const whole = (value: Scalar): bigint => BigInt(value as number | bigint);
const double = (value: Scalar): number => (value as number) + 0;
const same = (value: Scalar): Scalar => value;
