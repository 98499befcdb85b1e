// Control path. A spine in NDJSON: an object a line. Blank lines are no rows.
import { parseJson, WideNumber } from '../../decode/lossless-json.ts';
import { readObject } from '../../decode/cells.ts';
import { bytesOf } from '../../sources/files/bytes.ts';
import { linesOf } from '../../sources/files/lines.ts';
import { isBlank } from '../../sources/files/ndjson.ts';
import { SpineError } from './errors.ts';
import { checkNames } from './expected.ts';
import { Gatherer, typed } from './gather.ts';
import { KindGuess } from './guess.ts';
import { LineMap } from './line-map.ts';
import type { ExpectedColumn, SpineBatch, SpineReader } from './spine.ts';
import { wholeLines } from './whole-lines.ts';

type JsonRow = Readonly<Record<string, unknown>>;

/** What has been seen of a column. */
interface Seen {
  readonly guess: KindGuess;
  isList: boolean;
  isScalar: boolean;
  isObject: boolean;
}

export async function openNdjson(
  path: string,
  name: string,
  expected: ReadonlyMap<string, ExpectedColumn>,
): Promise<SpineReader> {
  const seen = new Map<string, Seen>();
  let rows = 0;
  let objects = 0;
  for await (const lines of linesOf(wholeLines(bytesOf(path), name))) {
    for (const line of lines) {
      if (isBlank(line)) continue;
      rows += 1;
      const row = readObject(parseJson(line));
      if (row === null) continue;
      objects += 1;
      look(seen, row);
    }
  }
  if (rows > 0 && objects === 0) {
    throw new SpineError(
      `${name} has no line that is a JSON object: write each row as an object in a line of its own, {"key": 1, "t": "…"}, ` +
        `with no list around them (jq -c '.[]' makes that of a list)`,
    );
  }
  if (rows > 0) checkNames(name, [...seen.keys()], expected);
  const found = [...seen].map(([column, of]) => ({ name: column, type: typeOf(name, column, of, expected) }));
  return new NdjsonSpine(path, name, typed(found, expected), expected, rows);
}

function look(seen: Map<string, Seen>, row: JsonRow): void {
  for (const [name, value] of Object.entries(row)) {
    let column = seen.get(name);
    if (column === undefined) {
      column = { guess: new KindGuess(), isList: false, isScalar: false, isObject: false };
      seen.set(name, column);
    }
    if (value === null) continue;
    if (Array.isArray(value)) {
      column.isList = true;
      for (const element of value) {
        if (element !== null) column.guess.addJson(element);
        if (isComposite(element)) column.isObject = true;
      }
    } else {
      column.isScalar = true;
      column.guess.addJson(value);
      if (isComposite(value)) column.isObject = true;
    }
  }
}

const isComposite = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof WideNumber);

function typeOf(
  name: string,
  column: string,
  { guess, isList, isScalar, isObject }: Seen,
  expected: ReadonlyMap<string, ExpectedColumn>,
): ExpectedColumn['type'] {
  const wanted = expected.get(column);
  if (wanted !== undefined) return wanted.type;
  const fix = 'it cannot pass through: leave it out, or write it as text';
  if (isObject)
    throw new SpineError(`the column '${column}' of ${name} holds objects or lists of lists: ${fix}`);
  if (isList && isScalar)
    throw new SpineError(`the column '${column}' of ${name} holds lists as well as single values: ${fix}`);
  return { kind: guess.kind, list: isList };
}

class NdjsonSpine implements SpineReader {
  readonly #lines = new LineMap();

  constructor(
    readonly path: string,
    readonly name: string,
    readonly columns: readonly ExpectedColumn[],
    readonly expected: ReadonlyMap<string, ExpectedColumn>,
    readonly rows: number,
  ) {}

  async *batches(): AsyncGenerator<SpineBatch> {
    const gatherer = new Gatherer(this.columns);
    const isText = this.columns.map(({ name, type }) => type.kind === 'text' && !this.expected.has(name));
    let line = 0;
    for await (const lines of linesOf(wholeLines(bytesOf(this.path), this.name))) {
      for (const bytes of lines) {
        line += 1;
        if (isBlank(bytes)) continue;
        this.#lines.add(gatherer.count, line);
        const row = readObject(parseJson(bytes));
        if (row === null) gatherer.brokenRow(bytes.toString(), 'it is no JSON object');
        else gatherer.row(this.#cells(row, isText));
      }
      if (gatherer.pending > 0) yield gatherer.take();
    }
  }

  #cells(row: JsonRow, isText: readonly boolean[]): unknown[] {
    return this.columns.map(({ name }, i) => {
      if (!Object.hasOwn(row, name)) return null;
      const value = row[name];
      return isText[i] === true ? asText(value) : value;
    });
  }

  place(row: number): string {
    return `line ${this.#lines.lineOf(row)}`;
  }

  async close(): Promise<void> {
    // Nothing is held between reads.
  }
}

/** In a column of different kinds a number is its digits. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (value instanceof WideNumber) return value.text;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : value;
}
