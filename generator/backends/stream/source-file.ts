import { camelCase, docComment, header, kebabCase, propertyName, quote } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import type {
  ChangesPlan,
  ColumnCheck,
  SourceColumn,
  SourcePlan,
  StreamPlan,
  TablePlan,
} from '../../ir/index.ts';
import { access } from './expressions.ts';
import { Imports, indent } from './module-text.ts';
import { rowClass } from './stream-feed.ts';
import { typeScriptType } from './types.ts';

/** The module of one source: its row, and how a record becomes one. Changes are decoded by their table's. */
export function sourceFile(source: SourcePlan): GeneratedFile {
  const imports = new Imports();
  const body = source.kind === 'changes' ? printChanges(source, imports) : printRows(source, imports);
  return {
    path: `stream/${kebabCase(source.name)}-source.ts`,
    text: `${header(source.origin)}${imports.print(body)}\n${body}`,
  };
}

function printChanges(source: ChangesPlan, imports: Imports): string {
  return (
    `export const ${camelCase(source.name)}Source: ${imports.type('ChangesModule')} = {\n  kind: 'changes',\n` +
    `  name: ${quote(source.name)},\n  table: ${quote(source.table)},\n};\n`
  );
}

function printRows(source: StreamPlan | TablePlan, imports: Imports): string {
  const row = rowClass(source.name);
  const { columns } = source;
  return [
    `${docComment(source.doc)}export class ${row} {\n${columns.map(printField).join('')}}\n`,
    printOptions(columns),
    printDecode(source, row, imports),
    printScan(source, row, imports),
    source.kind === 'table' ? printDecodeColumns(source, row, imports) : '',
    source.kind === 'stream'
      ? printStreamModule(source, row, imports)
      : printTableModule(source, row, imports),
  ]
    .filter(part => part !== '')
    .join('\n');
}

function printField({ name, type, nullable, doc }: SourceColumn): string {
  const zeros: Readonly<Record<string, string>> = {
    bigint: '0n',
    boolean: 'false',
    text: "''",
    enum: "''",
    uuid: "''",
  };
  const initial = nullable ? 'null' : (zeros[type.kind] ?? '0');
  return `${docComment(doc ?? null, '  ')}  ${propertyName(name)}: ${typeScriptType(type, nullable)} = ${initial};\n`;
}

/** The values of each enum, and the patterns of text. */
function printOptions(columns: readonly SourceColumn[]): string {
  return columns
    .flatMap((column, index) => {
      const lines: string[] = [];
      if (column.type.kind === 'enum') {
        lines.push(
          `const options${index}: ReadonlySet<unknown> = new Set([${column.type.values.map(quote).join(', ')}]);\n`,
        );
      }
      column.wire.checks.forEach((check, i) => {
        if (check.kind === 'pattern')
          lines.push(
            `const pattern${index}_${i} = new RegExp(${quote(check.source)}, ${quote(check.flags)});\n`,
          );
      });
      return lines;
    })
    .join('');
}

function printDecode(source: StreamPlan | TablePlan, row: string, imports: Imports): string {
  const lines = source.columns.flatMap((column, index) => printColumn(column, index, imports));
  return (
    `function decode(value: unknown, row: ${row}): ${imports.type('Refusal')} | null {\n` +
    `  const json = ${imports.value('readObject')}(value);\n` +
    `  if (json === null) return ${imports.value('refuseRecord')}(value);\n` +
    indent(lines, '  ') +
    '  return null;\n}\n'
  );
}

/** As `decode`, but only the columns asked for. */
function printDecodeColumns(source: TablePlan, row: string, imports: Imports): string {
  const lines = source.columns.flatMap((column, index) => [
    `if (columns.has(${quote(column.name)})) {`,
    ...printColumn(column, index, imports).map(line => `  ${line}`),
    '}',
  ]);
  return (
    `function decodeColumns(value: unknown, row: ${row}, columns: ReadonlySet<string>): Refusal | null {\n` +
    '  const json = readObject(value);\n  if (json === null) return refuseRecord(value);\n' +
    indent(lines, '  ') +
    '  return null;\n}\n'
  );
}

/** Reads one column of `json` into the row, or returns a refusal. */
function printColumn(column: SourceColumn, index: number, imports: Imports): string[] {
  const cell = `cell${index}`;
  const json = `json[${quote(column.name)}]`;
  const target = `row${access(column.name)}`;
  const read = printRead(column, index, cell, target, imports);
  if (!column.nullable) return [`const ${cell} = ${json};`, ...read];
  return [
    `const ${cell} = ${json};`,
    `if (${cell} === null || ${cell} === undefined) ${target} = null;`,
    'else {',
    ...read.map(line => `  ${line}`),
    '}',
  ];
}

function printRead(
  column: SourceColumn,
  index: number,
  cell: string,
  target: string,
  imports: Imports,
): string[] {
  const { type, wire } = column;
  const refuse = `return ${imports.value('refuse')}(${quote(column.name)}, ${quote(expectation(column))}, ${cell});`;
  const value = `value${index}`;
  const checks = wire.checks.map((check, i) => {
    const test = printCheck(check, value, `pattern${index}_${i}`);
    return `if (!(${test})) return ${imports.value('refuseCheck')}(${quote(column.name)}, ${quote(checkInWords(check))}, ${cell});`;
  });
  const viaNumber = (reader: string, rest: string): string[] => [
    `const ${value} = ${imports.value(reader)}(${cell}${rest});`,
    `if (${value} !== ${value}) ${refuse}`,
    ...checks,
    `${target} = ${value};`,
  ];
  const viaNull = (reader: string): string[] => [
    `const ${value} = ${imports.value(reader)}(${cell});`,
    `if (${value} === null) ${refuse}`,
    ...checks,
    `${target} = ${value};`,
  ];
  switch (type.kind) {
    case 'int':
      return viaNumber('readInt', '');
    case 'double':
      return viaNumber('readDouble', '');
    case 'decimal':
      return viaNumber('readDecimal', `, ${type.precision}, ${type.scale}`);
    case 'timestamp':
      return viaNumber('readInstant', `, ${unitLength(column)}`);
    case 'bigint':
      return viaNull('readBigint');
    case 'text':
      return viaNull('readText');
    case 'uuid':
      return viaNull('readUuid');
    case 'boolean':
      return [`if (typeof ${cell} !== 'boolean') ${refuse}`, `${target} = ${cell};`];
    case 'enum':
      if (wire.other === 'null') {
        return [
          `if (typeof ${cell} !== 'string') ${refuse}`,
          `${target} = options${index}.has(${cell}) ? ${cell} : null;`,
        ];
      }
      return [
        `if (typeof ${cell} !== 'string' || !options${index}.has(${cell})) ${refuse}`,
        `${target} = ${cell};`,
      ];
  }
}

function expectation({ type, wire }: SourceColumn): string {
  switch (type.kind) {
    case 'int':
      return 'a whole number';
    case 'double':
      return 'a number';
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'timestamp':
      return 'an instant from 1700 to 2249, as 2024-05-01T12:00:00Z';
    case 'bigint':
      return 'a 64-bit whole number';
    case 'text':
      return 'text';
    case 'uuid':
      return 'a uuid';
    case 'boolean':
      return 'a boolean';
    case 'enum':
      return wire.other === 'null' ? 'text' : `one of ${type.values.join(', ')}`;
  }
}

function unitLength({ wire }: SourceColumn): number {
  return wire.unit === 's' ? 1_000_000 : wire.unit === 'ms' ? 1_000 : 1;
}

function printCheck(check: ColumnCheck, value: string, pattern: string): string {
  switch (check.kind) {
    case 'minimum':
      return `${value} ${check.inclusive ? '>=' : '>'} ${check.value}`;
    case 'maximum':
      return `${value} ${check.inclusive ? '<=' : '<'} ${check.value}`;
    case 'min-length':
      return `${value}.length >= ${check.value}`;
    case 'max-length':
      return `${value}.length <= ${check.value}`;
    case 'pattern':
      // A pattern that is global or sticky would remember where it stood.
      return /[gy]/.test(check.flags)
        ? `((${pattern}.lastIndex = 0), ${pattern}.test(${value}))`
        : `${pattern}.test(${value})`;
  }
}

function checkInWords(check: ColumnCheck): string {
  switch (check.kind) {
    case 'minimum':
      return `${check.inclusive ? 'at least' : 'above'} ${check.value}`;
    case 'maximum':
      return `${check.inclusive ? 'at most' : 'below'} ${check.value}`;
    case 'min-length':
      return `of at least ${check.value} characters`;
    case 'max-length':
      return `of at most ${check.value} characters`;
    case 'pattern':
      return `of the form ${check.source}`;
  }
}

/** Columns seen are counted in words of 30 bits. */
const SEEN_BITS = 30;

function printScan(source: StreamPlan | TablePlan, row: string, imports: Imports): string {
  // A table's records are envelopes, never flat.
  if (source.kind === 'table') return '';
  const { columns } = source;
  const words = Math.ceil(columns.length / SEEN_BITS);
  const required = Array.from({ length: words }, (_, word) =>
    columns.reduce(
      (bits, column, i) =>
        !column.nullable && Math.floor(i / SEEN_BITS) === word ? bits | (1 << (i % SEEN_BITS)) : bits,
      0,
    ),
  );
  const complete = required.map((bits, word) => `(seen${word} & ${bits}) === ${bits}`).join(' && ');
  const lines = [
    ...required.map((_, word) => `let seen${word} = 0;`),
    ...columns.filter(column => column.nullable).map(column => `row${access(column.name)} = null;`),
    'for (;;) {',
    '  switch (scanner.nextKey(keys)) {',
    ...columns.flatMap((column, index) => {
      const word = Math.floor(index / SEEN_BITS);
      const seen = column.nullable ? [] : [`      seen${word} |= ${1 << (index % SEEN_BITS)};`];
      return [
        `    case ${index}:`,
        ...printScanned(column, index, imports).map(line => `      ${line}`),
        ...seen,
        '      break;',
      ];
    }),
    `    case ${imports.value('END_OF_OBJECT')}:`,
    `      return ${complete};`,
    `    case ${imports.value('UNKNOWN_KEY')}:`,
    '      scanner.skip();',
    '      break;',
    '    default:',
    '      return false;',
    '  }',
    '}',
  ];
  return (
    `const keys = new ${imports.value('KeyTable')}([${columns.map(column => quote(column.name)).join(', ')}]);\n\n` +
    docComment('Reads plain JSON bytes; what it does not take, `decode` decides.') +
    `function scan(scanner: ${imports.type('JsonScanner')}, row: ${row}): boolean {\n${indent(lines, '  ')}}\n`
  );
}

function printScanned(column: SourceColumn, index: number, imports: Imports): string[] {
  const { type, wire } = column;
  const target = `row${access(column.name)}`;
  const value = `value${index}`;
  const checks = wire.checks.map(
    (check, i) => `if (!(${printCheck(check, value, `pattern${index}_${i}`)})) return false;`,
  );
  const assign = (read: string): string[] =>
    checks.length === 0
      ? [`${target} = ${read};`]
      : [`const ${value} = ${read};`, ...checks, `${target} = ${value};`];
  const lines = ((): string[] => {
    switch (type.kind) {
      case 'int':
        return assign('scanner.int()');
      case 'double':
        return assign('scanner.double()');
      case 'decimal':
        return assign(`scanner.decimal(${type.precision}, ${type.scale})`);
      case 'timestamp':
        return assign(`scanner.instant(${unitLength(column)})`);
      case 'bigint':
        return assign('scanner.bigint()');
      case 'boolean':
        return assign('scanner.boolean()');
      case 'text':
        return assign('scanner.text()');
      case 'uuid':
        return [
          `const ${value} = ${imports.value('readUuid')}(scanner.text());`,
          `if (${value} === null) return false;`,
          `${target} = ${value};`,
        ];
      case 'enum': {
        const known = `options${index}.has(${value})`;
        return wire.other === 'null'
          ? [`const ${value} = scanner.text();`, `${target} = ${known} ? ${value} : null;`]
          : [`const ${value} = scanner.text();`, `if (!${known}) return false;`, `${target} = ${value};`];
      }
    }
  })();
  if (!column.nullable) return lines.length > 1 ? ['{', ...lines.map(line => `  ${line}`), '}'] : lines;
  if (lines.length === 1) return [`if (scanner.null()) ${target} = null;`, `else ${lines[0]}`];
  return [`if (scanner.null()) ${target} = null;`, 'else {', ...lines.map(line => `  ${line}`), '}'];
}

function printStreamModule(source: StreamPlan, row: string, imports: Imports): string {
  const time = source.columns.find(column => column.name === source.eventTime);
  if (time === undefined || time.nullable) {
    throw new Error(`${source.name}: the event time ${source.eventTime} must be a column that is never null`);
  }
  const id = source.id === null ? 'null' : `row${access(source.id.column)}`;
  return (
    `export const ${camelCase(source.name)}Source: ${imports.type('StreamModule')}<${row}> = {\n` +
    `  kind: 'stream',\n  name: ${quote(source.name)},\n` +
    `  lateness: ${source.lateness},\n  earliness: ${source.earliness},\n  horizon: ${source.id?.horizon ?? null},\n` +
    `  createRow: () => new ${row}(),\n  decode,\n  scan,\n` +
    `  eventTime: row => row${access(source.eventTime)},\n  id: ${source.id === null ? '_row' : 'row'} => ${id},\n};\n`
  );
}

function printTableModule(source: TablePlan, row: string, imports: Imports): string {
  const list = (names: readonly string[]): string => `[${names.map(quote).join(', ')}]`;
  const types = source.columns.map(
    ({ type, nullable }) => `    { kind: ${quote(type.kind)}, nullable: ${nullable} },\n`,
  );
  return (
    `export const ${camelCase(source.name)}Source: ${imports.type('TableModule')}<${row}> = {\n` +
    `  kind: 'table',\n  name: ${quote(source.name)},\n` +
    `  primaryKey: ${list(source.primaryKey)},\n  columns: ${list(source.columns.map(column => column.name))},\n` +
    `  types: [\n${types.join('')}  ],\n` +
    `  createRow: () => new ${row}(),\n  decode,\n  decodeColumns,\n` +
    `  time: ${source.time === null ? '_row' : 'row'} => ${source.time === null ? 'null' : `row${access(source.time)}`},\n};\n`
  );
}
