// Hot path of writing. Formats that are text, row by row.
import type { SqlColumn } from '../../history/program.ts';
import type { Value } from '../../history/values.ts';
import type { RowBatch } from '../contract.ts';
import type { Output } from './output.ts';
import type { PartialFile } from './partial-file.ts';

export interface TextFormat {
  readonly columns: readonly SqlColumn[];
  /** What the file begins with. */
  readonly head: string;
  /** A row, its end included. */
  row(columns: readonly (readonly Value[])[], row: number): string;
}

/** Characters handed to the file at once. */
const CHUNK = 1_000_000;

export class FileOutput implements Output {
  readonly #file: PartialFile;
  readonly #format: TextFormat;
  #text: string;

  constructor(file: PartialFile, format: TextFormat) {
    this.#file = file;
    this.#format = format;
    this.#text = format.head;
  }

  async write({ rows, columns }: RowBatch): Promise<void> {
    for (let row = 0; row < rows; row += 1) {
      this.#text += this.#format.row(columns, row);
      if (this.#text.length >= CHUNK) await this.#flush();
    }
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.finish();
  }

  async abandon(): Promise<void> {
    await this.#file.abandon();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    await this.#file.append(bytes);
  }
}
