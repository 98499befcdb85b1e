// Hot path of an import where columns have other names there.
import type { ServedInput, ServedSource } from '../serve/plan.ts';
import { parseJson } from '../decode/lossless-json.ts';
import { readObject } from '../decode/cells.ts';
import type { FileRow } from '../sources/files/rows.ts';
import { ImportError } from './options.ts';
import type { ImportRows, RowReader } from './rows.ts';

/** The same rows, by the names of the source's own columns. */
export function withOwnNames(
  { digest, read }: RowReader,
  { columns }: ServedSource,
  map: Readonly<Record<string, string>>,
  areEnvelopes: boolean,
): ImportRows {
  let absent: readonly string[] | null = null;
  return {
    ...{ digest, areEnvelopes, absent: () => absent ?? [] },
    read: async function* () {
      const rename = renaming(columns, map);
      for await (const rows of read()) {
        absent ??= absentOf(columns, map, rows);
        yield rename === null
          ? rows
          : rows.map(({ offset, value }) => ({ offset, value: rename.row(value) }));
      }
      rename?.end();
    },
  };
}

/** By a row that is not its bytes: all of such a file have the same columns. Null: there is none among these. */
function absentOf(
  columns: readonly ServedInput[],
  map: Readonly<Record<string, string>>,
  rows: readonly FileRow[],
): readonly string[] | null {
  const found = rows.find(({ value }) => !(value instanceof Uint8Array));
  if (found === undefined) return null;
  const row = found.value as Readonly<Record<string, unknown>>;
  return columns.map(({ name }) => name).filter(name => !((map[name] ?? name) in row));
}

interface Renaming {
  /** What is no row is left as it is, to be refused. */
  row(value: unknown): unknown;
  /** @throws ImportError where no row had a column that the map names */
  end(): void;
}

/** Null where all columns have their own names. */
function renaming(columns: readonly ServedInput[], map: Readonly<Record<string, string>>): Renaming | null {
  const pairs = columns.flatMap(({ name }): (readonly [string, string])[] => {
    const theirs = map[name] ?? name;
    return theirs === name ? [] : [[name, theirs]];
  });
  if (pairs.length === 0) return null;
  let rows = 0;
  /** Of NDJSON, which has no header to look at. */
  const unseen = new Set(pairs.map(([, theirs]) => theirs));
  return {
    row: value => {
      const row = readObject(value instanceof Uint8Array ? parseJson(value) : value);
      if (row === null) return value;
      rows += 1;
      for (const theirs of unseen) if (theirs in row) unseen.delete(theirs);
      const renamed: Record<string, unknown> = { ...row };
      for (const [name, theirs] of pairs) renamed[name] = row[theirs];
      return renamed;
    },
    end: () => {
      if (rows === 0 || unseen.size === 0) return;
      const lines = pairs.filter(([, theirs]) => unseen.has(theirs));
      throw new ImportError(
        lines
          .map(([name, theirs]) => `no row has the column '${theirs}', which --map names for ${name}`)
          .join('\n'),
      );
    },
  };
}
