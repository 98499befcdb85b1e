// Control path. Parquet, a row group's part at a time.
import { asyncBufferFromFile, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, DecodedArray, FileMetaData, SchemaTree } from 'hyparquet';
import { suggestion } from '../../../kernels/nearest.ts';
import { formatInstant, instantFromMicroseconds } from '../../../kernels/instant.ts';
import type { ServedInput } from '../../serve/plan.ts';
import { SourceError } from '../source.ts';
import { compressors } from './parquet-codecs.ts';
import { asStored, asStoredOptions, parquetColumn } from './parquet-column.ts';
import { markOf, unreadable } from './bytes.ts';
import type { FileExtent, FileReader, FileRow } from './rows.ts';

/** Values that are held at once: a part of a row group, which costs a look at all pages that it touches. */
const PART = 500_000;
/** Rows of a part, however many columns there are. */
const SHORTEST_PART = 20_000;
/** Rows handed over at once: few, so that they are garbage before they are old. */
const BATCH = 200;
const HEAD = 4096;

/** A stored value that is not null, as JSON has it. */
type ReadCell = (stored: unknown) => unknown;

interface OpenParquet {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  /** The columns to read. */
  readonly columns: readonly string[];
  readonly cells: readonly ReadCell[];
}

export class ParquetReader implements FileReader {
  readonly #path: string;
  readonly #columns: readonly ServedInput[];
  readonly #required: readonly string[];

  constructor(path: string, columns: readonly ServedInput[], required: readonly string[]) {
    this.#path = path;
    this.#columns = columns;
    this.#required = required;
  }

  async measure(): Promise<FileExtent> {
    const { file, metadata } = await this.#open();
    const head = await file.slice(0, Math.min(HEAD, file.byteLength));
    return { end: Number(metadata.num_rows), mark: markOf([new Uint8Array(head)]) };
  }

  async *read(from: number): AsyncGenerator<FileRow[]> {
    const { file, metadata: told, columns, cells } = await this.#open();
    const metadata = { ...told, schema: told.schema.map(asStored) };
    const longest = Math.max(Math.floor(PART / columns.length), SHORTEST_PART);
    const scan = await this.#attempt(() =>
      parquetScan({ file, metadata, columns: [...columns], compressors, ...asStoredOptions }),
    );
    for (const { rowStart, rowEnd } of scan.ranges) {
      const length = evenly(rowEnd - rowStart, longest);
      for (let start = Math.max(rowStart, from); start < rowEnd; start += length) {
        const end = Math.min(start + length, rowEnd);
        const parts: DecodedArray[] = [];
        for (const column of columns)
          parts.push(await this.#attempt(() => scan.readColumn({ column, rowStart: start, rowEnd: end })));
        if (parts.some(part => part.length !== end - start))
          throw unreadable(this.#path, `its rows from ${start} to ${end - 1} are not all there`);
        for (let at = start; at < end; at += BATCH)
          yield rowsOf({ columns, cells, parts, start }, at, Math.min(at + BATCH, end));
      }
    }
  }

  async #open(): Promise<OpenParquet> {
    const { file, metadata, trees } = await this.#attempt(async () => {
      const opened = await asyncBufferFromFile(this.#path);
      const found = await parquetMetadataAsync(opened, asStoredOptions);
      return { file: opened, metadata: found, trees: parquetSchema(found).children };
    });
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    if (rows !== Number(metadata.num_rows))
      throw unreadable(this.#path, `it tells of ${metadata.num_rows} rows, and has ${rows}`);
    const columns = this.#names(trees.map(({ element }) => element.name));
    return { file, metadata, columns, cells: this.#cells(trees, columns) };
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }

  /** The columns to read. @throws SourceError for one that must be there and is not, or is there twice */
  #names(present: readonly string[]): string[] {
    const known = this.#columns.map(({ name }) => name).filter(name => present.includes(name));
    const names = new Set([...known, ...this.#required]);
    const lines = [...names]
      .filter(name => !present.includes(name))
      .map(name => {
        const hint = suggestion(name, present);
        return `the file ${this.#path} has no column '${name}'${hint === null ? '' : `: ${hint}`}`;
      });
    const twice = [...names].filter(name => present.indexOf(name) !== present.lastIndexOf(name));
    lines.push(...twice.map(name => `the file ${this.#path} has the column '${name}' twice`));
    if (lines.length > 0) throw new SourceError(lines.join('\n'));
    return [...names];
  }

  /** How each is read. @throws SourceError for one that cannot be, or whose times name no instants */
  #cells(trees: readonly SchemaTree[], names: readonly string[]): ReadCell[] {
    const lines: string[] = [];
    const cells = names.map((name): ReadCell => {
      const column = parquetColumn(trees.find(({ element }) => element.name === name)!);
      if (typeof column === 'string' || column.type.list) {
        const why = typeof column === 'string' ? column : 'it is a list';
        lines.push(`the column '${name}' of the file ${this.#path} cannot be read: ${why}`);
        return plainValue;
      }
      const { type, isLocalTime, read } = column;
      if (isLocalTime && this.#isInstant(name))
        lines.push(
          `the column '${name}' of the file ${this.#path} holds times without a zone, which are no instants: ` +
            `write them with one (pandas: tz_localize, DuckDB: timestamptz)`,
        );
      if (type.kind === 'timestamp') return stored => isoOf(read(stored));
      return type.kind === 'double' ? plainValue : stored => plainValue(read(stored));
    });
    if (lines.length > 0) throw new SourceError(lines.join('\n'));
    return cells;
  }

  /** What is read beside the columns is when rows arrived. */
  #isInstant(name: string): boolean {
    const own = this.#columns.find(column => column.name === name);
    return own === undefined || own.type.kind === 'timestamp';
  }
}

/** The length of parts that are all alike: one that is short would cost as much as one that is long. */
const evenly = (rows: number, longest: number): number => Math.ceil(rows / Math.ceil(rows / longest));

interface Part {
  readonly columns: readonly string[];
  readonly cells: readonly ReadCell[];
  /** Column by column. */
  readonly parts: readonly DecodedArray[];
  /** The number of its first row. */
  readonly start: number;
}

function rowsOf({ columns, cells, parts, start }: Part, from: number, to: number): FileRow[] {
  const rows: FileRow[] = [];
  for (let offset = from; offset < to; offset += 1) {
    const value: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i += 1) {
      const stored: unknown = parts[i]![offset - start];
      value[columns[i]!] = stored === null || stored === undefined ? null : cells[i]!(stored);
    }
    rows.push({ offset, value });
  }
  return rows;
}

const plainValue = (value: unknown): unknown =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** Of whole µs; what is none is told as it is, and refused. */
function isoOf(micros: unknown): unknown {
  if (typeof micros !== 'number') return micros;
  return Number.isSafeInteger(micros) ? formatInstant(instantFromMicroseconds(micros)) : `${micros} µs`;
}
