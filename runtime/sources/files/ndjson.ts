// Control path. One JSON value a line; the engine reads the bytes themselves.
import { bytesOf, markOf } from './bytes.ts';
import { linesOf } from './lines.ts';
import type { FileExtent, FileReader, FileRow } from './rows.ts';

/** Blank lines are no rows, but count: offsets are the lines that an editor shows, less one. */
export class NdjsonReader implements FileReader {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async measure(): Promise<FileExtent> {
    let end = 0;
    let mark = 0;
    for await (const lines of linesOf(bytesOf(this.#path))) {
      if (end === 0) mark = markOf(lines.slice(0, 1));
      end += lines.length;
    }
    return { end, mark };
  }

  async *read(from: number): AsyncGenerator<FileRow[]> {
    let offset = 0;
    for await (const lines of linesOf(bytesOf(this.#path))) {
      const rows: FileRow[] = [];
      for (const line of lines) {
        if (offset >= from && !isBlank(line)) rows.push({ offset, value: line });
        offset += 1;
      }
      if (rows.length > 0) yield rows;
    }
  }
}

/** Of white space alone. */
export function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 32 && byte !== 9 && byte !== 13) return false;
  return true;
}
