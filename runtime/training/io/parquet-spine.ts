// Control path. A spine in Parquet, part by part of its row groups.
import { asyncBufferFromFile, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, DecodedArray, FileMetaData } from 'hyparquet';
import { compressors } from '../../sources/files/parquet-codecs.ts';
import { asStored, asStoredOptions, parquetColumn } from '../../sources/files/parquet-column.ts';
import type { ParquetColumn } from '../../sources/files/parquet-column.ts';
import { said, SpineError } from './errors.ts';
import { checkLocalTimes, checkNames } from './expected.ts';
import { Gatherer, typed } from './gather.ts';
import type { ExpectedColumn, SpineBatch, SpineReader } from './spine.ts';

/** Rows held at once. A part costs a look at all of its row group's bytes. */
const PART = 50_000;

export async function openParquet(
  path: string,
  name: string,
  expected: ReadonlyMap<string, ExpectedColumn>,
): Promise<SpineReader> {
  const { file, metadata } = await attempt(name, async () => {
    const opened = await asyncBufferFromFile(path);
    return { file: opened, metadata: await parquetMetadataAsync(opened, asStoredOptions) };
  });
  const groups = metadata.row_groups.reduce((rows, group) => rows + Number(group.num_rows), 0);
  if (groups !== Number(metadata.num_rows))
    throw new SpineError(`${name} is torn: it tells of ${metadata.num_rows} rows, and has ${groups}`);
  const trees = await attempt(name, async () => parquetSchema(metadata).children);
  checkNames(
    name,
    trees.map(({ element }) => element.name),
    expected,
  );
  const columns: ParquetColumn[] = [];
  const lines: string[] = [];
  for (const tree of trees) {
    const column = parquetColumn(tree);
    if (typeof column !== 'string') columns.push(column);
    else lines.push(`the column '${tree.element.name}' of ${name} cannot be read: ${column}`);
  }
  if (lines.length > 0) throw new SpineError(lines.join('\n'));
  checkLocalTimes(name, columns, expected);
  return new ParquetSpine(file, metadata, name, columns, expected);
}

class ParquetSpine implements SpineReader {
  readonly columns: readonly ExpectedColumn[];
  readonly rows: number;

  constructor(
    readonly file: AsyncBuffer,
    readonly metadata: FileMetaData,
    readonly name: string,
    readonly stored: readonly ParquetColumn[],
    expected: ReadonlyMap<string, ExpectedColumn>,
  ) {
    this.columns = typed(stored, expected);
    this.rows = Number(metadata.num_rows);
  }

  async *batches(): AsyncGenerator<SpineBatch> {
    const gatherer = new Gatherer(this.columns);
    const { name, file, stored } = this;
    const metadata = { ...this.metadata, schema: this.metadata.schema.map(asStored) };
    const scan = await attempt(name, () => parquetScan({ file, metadata, compressors, ...asStoredOptions }));
    for (const { rowStart, rowEnd } of scan.ranges) {
      for (let start = rowStart; start < rowEnd; start += PART) {
        const end = Math.min(start + PART, rowEnd);
        const parts: DecodedArray[] = [];
        for (const { name: column } of stored)
          parts.push(await attempt(name, () => scan.readColumn({ column, rowStart: start, rowEnd: end })));
        if (parts.some(part => part.length !== end - start))
          throw new SpineError(`${name} is torn: its rows from ${start + 1} to ${end} are not all there`);
        yield await attempt(name, async () => gather(gatherer, stored, parts, end - start));
      }
    }
  }

  place(row: number): string {
    return `row ${row + 1}`;
  }

  async close(): Promise<void> {
    // Files are opened for each read.
  }
}

function gather(
  gatherer: Gatherer,
  stored: readonly ParquetColumn[],
  parts: readonly DecodedArray[],
  rows: number,
): SpineBatch {
  const cells: unknown[] = new Array<unknown>(parts.length);
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < parts.length; i += 1) {
      const value: unknown = parts[i]![row];
      cells[i] = value === null || value === undefined ? null : stored[i]!.read(value);
    }
    gatherer.row(cells);
  }
  return gatherer.take();
}

async function attempt<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SpineError) throw error;
    throw new SpineError(`${name} cannot be read: it is torn, or no Parquet: ${said(error)}`, {
      cause: error,
    });
  }
}
