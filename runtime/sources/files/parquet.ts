// Control path. Parquet, a row group's part at a time.
import { asyncBufferFromFile, parquetMetadataAsync, parquetScan } from 'hyparquet';
import type { AsyncBuffer, DecodedArray, FileMetaData, ParquetParsers, SchemaElement } from 'hyparquet';
import { suggestion } from '../../../kernels/nearest.ts';
import { formatInstant, instantFromMicroseconds } from '../../../kernels/instant.ts';
import type { ServedInput } from '../../serve/plan.ts';
import { SourceError } from '../source.ts';
import { compressors } from './parquet-codecs.ts';
import { markOf, unreadable } from './bytes.ts';
import type { FileExtent, FileReader, FileRow } from './rows.ts';

/** Values that are held at once: a part of a row group, which costs a look at all pages that it touches. */
const PART = 500_000;
/** Rows of a part, however many columns there are. */
const SHORTEST_PART = 20_000;
/** Rows handed over at once: few, so that they are garbage before they are old. */
const BATCH = 200;
const HEAD = 4096;

/** Of INT96, the one type that is read before we are asked. */
const parsers: Partial<ParquetParsers> = { timestampFromNanoseconds: nanos => nanos };

/** A stored value that is not null, as JSON has it. */
type ReadCell = (stored: unknown) => unknown;

interface OpenParquet {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  /** By column, where what is stored is not the value: decimals and instants. */
  readonly readers: ReadonlyMap<string, ReadCell>;
}

export class ParquetReader implements FileReader {
  readonly #path: string;
  readonly #columns: readonly ServedInput[];
  readonly #arrival: string | null;

  constructor(path: string, columns: readonly ServedInput[], arrival: string | null) {
    this.#path = path;
    this.#columns = columns;
    this.#arrival = arrival;
  }

  async measure(): Promise<FileExtent> {
    const { file, metadata } = await this.#open();
    this.#names(metadata);
    const head = await file.slice(0, Math.min(HEAD, file.byteLength));
    return { end: Number(metadata.num_rows), mark: markOf([new Uint8Array(head)]) };
  }

  async *read(from: number): AsyncGenerator<FileRow[]> {
    const { file, metadata, readers } = await this.#open();
    const columns = this.#names(metadata);
    const cells = columns.map(name => readers.get(name) ?? plainValue);
    const longest = Math.max(Math.floor(PART / columns.length), SHORTEST_PART);
    const scan = await this.#attempt(() => parquetScan({ file, metadata, columns, parsers, compressors }));
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
    return this.#attempt(async () => {
      const file = await asyncBufferFromFile(this.#path);
      const found = await parquetMetadataAsync(file, { parsers });
      return { file, ...asStored(found) };
    });
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }

  /** The columns to read. @throws SourceError for one that must be there and is not */
  #names({ schema }: FileMetaData): string[] {
    const present = schema.slice(1).map(({ name }) => name);
    const wanted = this.#columns.filter(({ name, nullable }) => !nullable || present.includes(name));
    const names = new Set(wanted.map(({ name }) => name));
    if (this.#arrival !== null) names.add(this.#arrival);
    const lines = [...names]
      .filter(name => !present.includes(name))
      .map(name => {
        const hint = suggestion(name, present);
        return `the file ${this.#path} has no column '${name}'${hint === null ? '' : `: ${hint}`}`;
      });
    if (lines.length > 0) throw new SourceError(lines.join('\n'));
    return [...names];
  }
}

/**
 * hyparquet turns decimals into doubles by a product, which may miss the nearest one, and instants into dates, which
 * have no µs: so it is told of neither.
 */
function asStored(metadata: FileMetaData): Pick<OpenParquet, 'metadata' | 'readers'> {
  const readers = new Map<string, ReadCell>();
  const schema = metadata.schema.map(element => {
    const read = readerOf(element);
    if (read === null) return element;
    readers.set(element.name, read);
    const bare = { ...element };
    delete bare.converted_type;
    delete bare.logical_type;
    return bare;
  });
  return { metadata: { ...metadata, schema }, readers };
}

function readerOf({ type, converted_type, logical_type, scale = 0 }: SchemaElement): ReadCell | null {
  if (converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL')
    return type === 'BYTE_ARRAY' ? null : stored => decimalText(stored, scale);
  if (type === 'INT96') return stored => isoOfNanos(stored as bigint);
  if (logical_type?.type === 'TIMESTAMP') return isoReaders[logical_type.unit];
  if (converted_type === 'TIMESTAMP_MILLIS') return isoReaders.MILLIS;
  if (converted_type === 'TIMESTAMP_MICROS') return isoReaders.MICROS;
  return null;
}

/** Instants as text, to the µs; below it a digit that is not 0 makes the row refused, as on any wire. */
const isoReaders: Readonly<Record<'MILLIS' | 'MICROS' | 'NANOS', ReadCell>> = {
  MILLIS: stored => isoOf(Number(stored) * 1000),
  MICROS: stored => isoOf(Number(stored)),
  NANOS: stored => isoOfNanos(stored as bigint),
};

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

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return value instanceof Date ? value.toISOString() : value;
}

/** @param value the digits without the point: a number, a bigint, or their two's complement, big end first */
export function decimalText(value: unknown, scale: number): string {
  const digits =
    value instanceof Uint8Array
      ? BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex') || '0'}`))
      : BigInt(value as number | bigint);
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const point = text.length - scale;
  const sign = digits < 0n ? '-' : '';
  return scale === 0 ? sign + text : `${sign}${text.slice(0, point)}.${text.slice(point)}`;
}

function isoOf(micros: number): string {
  return Number.isSafeInteger(micros)
    ? formatInstant(instantFromMicroseconds(micros))
    : `instant of ${micros} µs`;
}

function isoOfNanos(nanos: bigint): string {
  const below = ((nanos % 1000n) + 1000n) % 1000n;
  const text = isoOf(Number((nanos - below) / 1000n));
  return below === 0n ? text : `${text.slice(0, -1)}${String(below).padStart(3, '0')}Z`;
}
