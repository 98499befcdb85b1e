// Control path. CSV with a header; cells are converted by the columns' declared types.
import { suggestion } from '../../../kernels/nearest.ts';
import type { ServedInput } from '../../serve/plan.ts';
import { SourceError } from '../source.ts';
import { bytesOf, markOf } from './bytes.ts';
import { csvRows } from './csv-rows.ts';
import type { CsvCell, CsvRow } from './csv-rows.ts';
import { linesOf } from './lines.ts';
import type { FileExtent, FileReader, FileRow } from './rows.ts';
import { cellOf } from './text-cell.ts';

export class CsvReader implements FileReader {
  readonly #path: string;
  readonly #columns: ReadonlyMap<string, ServedInput>;
  readonly #required: readonly string[];

  constructor(path: string, columns: readonly ServedInput[], required: readonly string[]) {
    this.#path = path;
    this.#columns = new Map(columns.map(column => [column.name, column]));
    this.#required = required;
  }

  async measure(): Promise<FileExtent> {
    const mark = await this.#headMark();
    let end = 0;
    for await (const rows of this.read(0)) end += rows.length;
    return { end, mark };
  }

  /** Of the header and the first row. */
  async #headMark(): Promise<number> {
    const head: Buffer[] = [];
    for await (const lines of linesOf(bytesOf(this.#path))) {
      head.push(...lines.slice(0, 2 - head.length));
      if (head.length === 2) return markOf(head);
    }
    return 0;
  }

  /**
   * A row that does not end, is not UTF-8, or has not as many cells as the header, is handed over as its bytes: they are
   * refused. Quotes that make no sense stay as they are.
   */
  async *read(from: number): AsyncGenerator<FileRow[]> {
    let offset = 0;
    let header: readonly string[] | null = null;
    let declared: readonly (ServedInput | undefined)[] = [];
    for await (const rows of csvRows(bytesOf(this.#path))) {
      const found: FileRow[] = [];
      for (const row of rows) {
        if (header === null) {
          header = this.#checkedHeader(row);
          declared = header.map(name => this.#columns.get(name));
          continue;
        }
        const isWhole = row.cells.length === header.length && row.fault?.kind !== 'encoding';
        if (offset >= from)
          found.push({
            offset,
            value: isWhole ? rowOf(header, declared, row.cells) : Buffer.from(row.bytes),
          });
        offset += 1;
      }
      if (found.length > 0) yield found;
    }
  }

  #checkedHeader({ cells, fault }: CsvRow): readonly string[] {
    if (fault !== null && fault.kind !== 'quote')
      throw new SourceError(
        `the file ${this.#path} cannot be read: ${
          fault.kind === 'encoding'
            ? 'its header is not UTF-8: save it as UTF-8'
            : 'a quote of its header is opened and never closed'
        }`,
      );
    const header = cells.map(cell => cell ?? '');
    const missing = this.#required.filter(name => !header.includes(name));
    const twice = header.filter((name, index) => header.indexOf(name) !== index);
    if (missing.length === 0 && twice.length === 0) return header;
    const lines = missing.map(name => {
      const hint = suggestion(name, header);
      return `the file ${this.#path} has no column '${name}'${hint === null ? '' : `: ${hint}`}`;
    });
    lines.push(...twice.map(name => `the file ${this.#path} has the column '${name}' twice`));
    throw new SourceError(lines.join('\n'));
  }
}

function rowOf(
  header: readonly string[],
  declared: readonly (ServedInput | undefined)[],
  cells: readonly CsvCell[],
): Readonly<Record<string, unknown>> {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < header.length; i += 1) {
    const column = declared[i];
    row[header[i]!] = column === undefined ? (cells[i] ?? '') : cellOf(cells[i]!, column);
  }
  return row;
}
