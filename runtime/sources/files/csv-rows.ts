// Hot path of reading CSV, as RFC 4180 has it; LF will do for CRLF. It tells what is wrong with a row and goes on behind
// it: whether such a row is refused, taken as it stands, or ends everything is for the caller to say.
import { isUtf8 } from 'node:buffer';
import { LONGEST_LINE, rawLinesOf } from './lines.ts';

/** Empty and unquoted: null. */
export type CsvCell = string | null;

export interface CsvFault {
  /**
   * `quote`: one stands where none may; the cell is as it is written, its quotes among it.
   * `open`: one is opened and never closed, so the row is all the rest. `long`: the row is longer than any may be, and
   * cut. `encoding`: it is not UTF-8; its cells hold U+FFFD where it is not.
   */
  readonly kind: 'quote' | 'open' | 'long' | 'encoding';
  /** Where, from 1. */
  readonly line: number;
}

export interface CsvRow {
  /** None where the row does not end. */
  readonly cells: readonly CsvCell[];
  /** Where it begins, from 1. */
  readonly line: number;
  /** As it is written, without the end of its line. */
  readonly bytes: Buffer;
  /** Null: nothing is wrong with it. */
  readonly fault: CsvFault | null;
}

/** The rows, some at a time; empty lines are none. A byte order mark before the first is left out. */
export async function* csvRows(bytes: AsyncIterable<Buffer>): AsyncGenerator<CsvRow[]> {
  const reader = new RowReader();
  for await (const lines of rawLinesOf(bytes)) {
    const rows: CsvRow[] = [];
    for (const line of lines) {
      const row = reader.next(line);
      if (row !== null) rows.push(row);
    }
    if (rows.length > 0) yield rows;
  }
  const last = reader.end();
  if (last !== null) yield [last];
}

class RowReader {
  #line = 0;
  /** Lines of a row with a quote that is not closed yet; none otherwise. */
  #open: string[] = [];
  #openBytes: Buffer[] = [];
  #openLength = 0;

  /** The row that ends with this line; null: none does. */
  next(bytes: Buffer): CsvRow | null {
    this.#line += 1;
    const text = bytes.toString();
    if (bytes.length >= LONGEST_LINE) return this.#faulty(bytes, 'long');
    if (this.#open.length === 0) {
      const content = text.endsWith('\r') ? text.slice(0, -1) : text;
      if (content === '') return null;
      if (!content.includes('"')) {
        const own = content.length === text.length ? bytes : bytes.subarray(0, -1);
        const line = this.#line;
        return { cells: plainCells(content), line, bytes: own, fault: badEncoding(text, own, line) };
      }
    } else if (!mayClose(text)) {
      return this.#wait(text, bytes);
    }
    const whole = [...this.#open, text].join('\n');
    const scanned = scanRow(whole);
    if (scanned === null) return this.#wait(text, bytes);
    const line = this.#line - this.#open.length;
    const all = this.#close(bytes);
    const { cells, faultAt } = scanned;
    const fault: CsvFault | null =
      faultAt === null
        ? badEncoding(whole, all, line)
        : { kind: 'quote', line: line + newlinesIn(whole, faultAt) };
    return { cells, line, bytes: all, fault };
  }

  end(): CsvRow | null {
    if (this.#open.length === 0) return null;
    const line = this.#line - this.#open.length + 1;
    return { cells: [], line, bytes: joined(this.#openBytes), fault: { kind: 'open', line } };
  }

  #wait(text: string, bytes: Buffer): CsvRow | null {
    if (this.#openLength + bytes.length > LONGEST_LINE) return this.#faulty(bytes, 'long');
    this.#open.push(text);
    this.#openBytes.push(bytes);
    this.#openLength += bytes.length + 1;
    return null;
  }

  #faulty(last: Buffer, kind: CsvFault['kind']): CsvRow {
    const line = this.#line - this.#open.length;
    return { cells: [], line, bytes: this.#close(last), fault: { kind, line } };
  }

  /** @returns all of the row, of which this is the last line */
  #close(last: Buffer): Buffer {
    const bytes = this.#open.length === 0 ? last : joined([...this.#openBytes, last]);
    this.#open = [];
    this.#openBytes = [];
    this.#openLength = 0;
    return bytes;
  }
}

const newline = Buffer.from('\n');

const joined = (lines: readonly Buffer[]): Buffer =>
  Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [newline, line])));

/** Text has U+FFFD where bytes are not UTF-8; it may also be written so. */
const badEncoding = (text: string, bytes: Buffer, line: number): CsvFault | null =>
  text.includes('\ufffd') && !isUtf8(bytes) ? { kind: 'encoding', line } : null;

function plainCells(content: string): CsvCell[] {
  const cells: CsvCell[] = content.split(',');
  for (let i = 0; i < cells.length; i += 1) if (cells[i] === '') cells[i] = null;
  return cells;
}

/** Whether a quote ends in this line, that it does not begin in: two in a row stand for one. */
const mayClose = (text: string): boolean => text.replaceAll('""', '').includes('"');

interface ScannedRow {
  readonly cells: readonly CsvCell[];
  /** Where the first cell begins whose quotes make no sense; null: all do. */
  readonly faultAt: number | null;
}

/** A row with quotes in it, which may hold ends of lines; null where a quote of it is not closed. */
function scanRow(text: string): ScannedRow | null {
  const cells: CsvCell[] = [];
  let faultAt: number | null = null;
  for (let at = 0; ; at += 1) {
    const start = at;
    const close = text[at] === '"' ? closingQuote(text, at) : null;
    if (close === -1) return null;
    if (close !== null && isEndOfCell(text, close + 1)) {
      cells.push(text.slice(start + 1, close).replaceAll('""', '"'));
      at = close + 1;
    } else {
      at = endOfCell(text, close ?? at);
      const cell = text.slice(start, at);
      cells.push(cell === '' ? null : cell);
      if (cell.includes('"')) faultAt ??= start;
    }
    if (text[at] !== ',') return { cells, faultAt };
  }
}

/** Of the quote that opens at `start`; −1: there is none. */
function closingQuote(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end;
}

const isEndOfCell = (text: string, at: number): boolean => text[at] === ',' || isEndOfRow(text, at);

/** The return before the last newline belongs to the row's end. */
const isEndOfRow = (text: string, at: number): boolean =>
  at === text.length || (at === text.length - 1 && text[at] === '\r');

function endOfCell(text: string, from: number): number {
  const comma = text.indexOf(',', from);
  if (comma >= 0) return comma;
  return text.endsWith('\r') ? text.length - 1 : text.length;
}

const newlinesIn = (text: string, before: number): number => text.slice(0, before).split('\n').length - 1;
