// Hot path of writing. An object a line, columns in order.
import type { SqlColumn } from '../../history/program.ts';
import type { TextFormat } from './file-output.ts';
import { jsonOf } from './json-value.ts';

export function ndjsonFormat(columns: readonly SqlColumn[]): TextFormat {
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  return {
    columns,
    head: '',
    row: (values, row) => {
      let line = '{';
      for (let i = 0; i < columns.length; i += 1) {
        if (i > 0) line += ',';
        line += names[i]! + jsonOf(columns[i]!.type, values[i]![row]!);
      }
      return `${line}}\n`;
    },
  };
}
