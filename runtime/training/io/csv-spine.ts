// Control path. A spine in CSV (RFC 4180): a header, commas, UTF-8. An empty cell is null; one that is quoted, `""`, is
// the empty text.
import { bytesOf } from '../../sources/files/bytes.ts';
import { csvRows } from '../../sources/files/csv-rows.ts';
import type { CsvFault, CsvRow } from '../../sources/files/csv-rows.ts';
import { LONGEST_LINE } from '../../sources/files/lines.ts';
import { jsonOfText } from '../../sources/files/text-cell.ts';
import { SpineError } from './errors.ts';
import { checkNames } from './expected.ts';
import { Gatherer, typed } from './gather.ts';
import { KindGuess } from './guess.ts';
import { LineMap } from './line-map.ts';
import type { ExpectedColumn, SpineBatch, SpineReader } from './spine.ts';
import { wholeLines } from './whole-lines.ts';

/** @param name as it is called in messages */
export async function openCsv(
  path: string,
  name: string,
  expected: ReadonlyMap<string, ExpectedColumn>,
): Promise<SpineReader> {
  let header: readonly string[] | null = null;
  let guesses: readonly KindGuess[] = [];
  let rows = 0;
  for await (const found of strictRows(path, name)) {
    for (const { cells } of found) {
      if (header === null) {
        header = cells.map(cell => cell ?? '');
        checkNames(name, header, expected);
        guesses = header.map(() => new KindGuess());
        continue;
      }
      rows += 1;
      if (cells.length !== header.length) continue;
      for (let i = 0; i < cells.length; i += 1) {
        const cell = cells[i];
        if (cell !== null && cell !== undefined) guesses[i]!.addText(cell);
      }
    }
  }
  if (header === null) throw new SpineError(`${name} is empty: it needs a header with the columns' names`);
  const found = header.map((column, i) => ({
    name: column,
    type: { kind: guesses[i]!.kind, list: false },
  }));
  return new CsvSpine(path, name, typed(found, expected), rows);
}

class CsvSpine implements SpineReader {
  readonly #lines = new LineMap();

  constructor(
    readonly path: string,
    readonly name: string,
    readonly columns: readonly ExpectedColumn[],
    readonly rows: number,
  ) {}

  async *batches(): AsyncGenerator<SpineBatch> {
    const { columns } = this;
    const gatherer = new Gatherer(columns);
    let isHeader = true;
    for await (const found of strictRows(this.path, this.name)) {
      for (const { cells, line } of found) {
        if (isHeader) {
          isHeader = false;
          continue;
        }
        this.#lines.add(gatherer.count, line);
        if (cells.length === columns.length) {
          gatherer.row(
            cells.map((cell, i) => (cell === null ? null : jsonOfText(cell, columns[i]!.type.kind))),
          );
        } else {
          const text = cells.map(cell => cell ?? '').join(',');
          gatherer.brokenRow(text, `it has ${cells.length} cells, the header has ${columns.length}`);
        }
      }
      if (gatherer.pending > 0) yield gatherer.take();
    }
  }

  place(row: number): string {
    return `line ${this.#lines.lineOf(row)}`;
  }

  async close(): Promise<void> {
    // Nothing is held between reads.
  }
}

/** @throws SpineError for a row that something is wrong with */
async function* strictRows(path: string, name: string): AsyncGenerator<CsvRow[]> {
  for await (const rows of csvRows(wholeLines(bytesOf(path), name))) {
    for (const { fault } of rows)
      if (fault !== null) throw new SpineError(`${name}, line ${fault.line}: ${faults[fault.kind]}`);
    yield rows;
  }
}

const faults: Readonly<Record<CsvFault['kind'], string>> = {
  quote: 'a quote stands inside a cell: put the whole cell in quotes, and write each quote in it twice',
  open: 'a quote is opened and never closed',
  encoding: 'the row is not UTF-8: save the file as UTF-8',
  long: `the row is longer than ${LONGEST_LINE / 2 ** 20} MiB: is a quote never closed?`,
};
