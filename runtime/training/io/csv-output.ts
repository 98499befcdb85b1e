// Hot path of writing. RFC 4180: CRLF, quotes where they are needed. Null is an empty cell, the empty text `""`; lists are
// JSON, instants ISO 8601.
import type { SqlColumn, SqlType } from '../../history/program.ts';
import type { Value } from '../../history/values.ts';
import type { TextFormat } from './file-output.ts';
import { isoOf, jsonOf } from './json-value.ts';

export function csvFormat(columns: readonly SqlColumn[]): TextFormat {
  return {
    columns,
    head: `${columns.map(({ name }) => quoted(name)).join(',')}\r\n`,
    row: (values, row) => {
      let line = '';
      for (let i = 0; i < columns.length; i += 1) {
        if (i > 0) line += ',';
        line += cellOf(columns[i]!.type, values[i]![row]!);
      }
      return `${line}\r\n`;
    },
  };
}

function cellOf(type: SqlType, value: Value): string {
  if (value === null) return '';
  if (type.list) return quoted(jsonOf(type, value));
  switch (type.kind) {
    case 'timestamp':
      return isoOf(value as number);
    case 'text':
    case 'enum':
    case 'uuid':
      return quoted(value as string);
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'double':
    case 'boolean':
      return String(value);
  }
}

/** White space at the ends is quoted too: there are readers that drop it. */
const SPECIAL = /[",\r\n]|^\s|\s$|^$/;

const quoted = (text: string): string => (SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
