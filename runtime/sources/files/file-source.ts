// Control path. A file as a source, for development.
import type { FrontierEntry, SourceRecord } from '../../engine/record.ts';
import { Gate } from '../gate.ts';
import { SourceError } from '../source.ts';
import type { Batch, PartitionEnd, RecordSource } from '../source.ts';
import { arrivalOf } from './arrival.ts';
import { asSnapshot, formatOf, openReader, requiredColumns } from './open-reader.ts';
import type { FileFormat, FileOptions } from './options.ts';
import type { FileExtent, FileReader } from './rows.ts';

const BATCH = 1_000;

/**
 * Reads a file once through, as one partition: topic 0, partition 0, an offset a row, and a digest of the file's head
 * for an epoch. So positions hold from run to run, a file may grow, and one that was exchanged is noticed. A row that
 * is malformed is handed over as its bytes, which the engine refuses with their position.
 */
export function fileSource(options: FileOptions): RecordSource {
  return new FileSource(options);
}

class FileSource implements RecordSource {
  readonly #options: FileOptions;
  readonly #gate = new Gate();
  #extent: FileExtent | null = null;
  readonly #closed: Promise<void>;
  #close: () => void = () => undefined;
  #isClosed = false;
  #running: Promise<void> | null = null;

  constructor(options: FileOptions) {
    this.#options = options;
    this.#closed = new Promise(settle => {
      this.#close = settle;
    });
  }

  async run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    if (this.#running !== null) throw new Error('a source runs once');
    this.#running = this.#run(from, take);
    try {
      await this.#running;
    } finally {
      this.#options.events?.health('stopped', null);
    }
  }

  async #run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    const { path, source, events, logger } = this.#options;
    events?.health('connecting', null);
    const format = this.#options.format ?? formatOf(path);
    const required = requiredColumns(source.columns, this.#options.arrival ?? null);
    const reader = await openReader(path, format, source.columns, required);
    const extent = await reader.measure();
    this.#extent = extent;
    const position = this.#position(from, extent);
    events?.health('running', null);
    logger.info({ path, source: source.name, rows: extent.end, from: position }, 'reading a file');
    for await (const records of this.#records(reader, format, position, extent)) {
      await this.#gate.pass();
      if (this.#isClosed) return;
      const last = records.at(-1)!;
      await take({ ...this.#place(extent), records, next: last.offset + 1, end: extent.end });
    }
    if (this.#options.stays === true) await this.#closed;
  }

  /** @throws SourceError for a file that is not the one that was read, or has lost rows */
  #position(from: readonly FrontierEntry[], { end, mark }: FileExtent): number {
    const { path, source } = this.#options;
    const own = from.filter(
      entry => entry.source === source.name && entry.topic === 0 && entry.nextOffset > 0,
    );
    const repair = 'put the file back, or begin with an empty state directory';
    if (own.some(({ epoch, partition }) => epoch !== mark || partition !== 0))
      throw new SourceError(
        `the state has read ${source.name} from elsewhere, or from a file whose head was not that of ${path}: ${repair}`,
      );
    const position = own[0]?.nextOffset ?? 0;
    if (position <= end) return position;
    throw new SourceError(
      `the file ${path} has ${end} rows, but ${position} of ${source.name} have been read: ${repair}`,
    );
  }

  /** In batches of the configured size. A row that does not say when it arrived came with the one before it. */
  async *#records(
    reader: FileReader,
    format: FileFormat,
    position: number,
    { mark }: FileExtent,
  ): AsyncGenerator<SourceRecord[]> {
    const { source, batchRows = BATCH } = this.#options;
    const isTable = source.kind === 'table';
    const arrival = arrivalOf(this.#options, isTable && format === 'ndjson');
    let arrivedAt = 0;
    for await (const rows of reader.read(position)) {
      for (let start = 0; start < rows.length; start += batchRows) {
        yield rows.slice(start, start + batchRows).map(({ offset, value }): SourceRecord => {
          arrivedAt = arrival(value) ?? arrivedAt;
          const place = { source: source.name, topic: 0, epoch: mark, partition: 0, offset, arrivedAt };
          return { ...place, value: isTable && format !== 'ndjson' ? asSnapshot(value, arrivedAt) : value };
        });
      }
    }
  }

  #place({ mark }: FileExtent): Pick<Batch, 'source' | 'topic' | 'epoch' | 'partition'> {
    return { source: this.#options.source.name, topic: 0, epoch: mark, partition: 0 };
  }

  pause(): void {
    this.#gate.shut();
  }

  resume(): void {
    this.#gate.open();
  }

  async commit(): Promise<void> {
    // A file keeps no positions.
  }

  ends(): readonly PartitionEnd[] {
    const extent = this.#extent;
    if (extent === null) return [];
    return [{ ...this.#place(extent), end: extent.end, seenAt: this.#options.now() }];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#close();
    this.#gate.open();
    await this.#running?.catch(() => undefined);
  }
}
