import { layoutSql } from './layout.ts';

/** A TypeScript template literal. */
export function template(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``;
}

/**
 * A TypeScript function of `table` that gives a query's text.
 * @param query gives the text for the names of tables
 */
export function queryFunction(query: (table: (source: string) => string) => string): string {
  const marked = layoutSql(query(source => `"#table:${source}"`));
  return `table => ${template(marked).replace(/"#table:([^"]*)"/g, (_, source: string) => `\${table('${source}')}`)}`;
}

/** A value as a TypeScript expression, at some indent; functions and code come as {@link Code}. */
export function literalCode(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return /['\n\\]|"/.test(value) ? template(value) : `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const lines = isList
    ? value.map(item => literalCode(item, inner))
    : Object.entries(value).map(([name, item]) => `${name}: ${literalCode(item, inner)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (lines.length === 0) return `${open}${close}`;
  const short = `${open}${isList ? '' : ' '}${lines.join(', ')}${isList ? '' : ' '}${close}`;
  if (!short.includes('\n') && indent.length + short.length < 100) return short;
  return `${open}\n${lines.map(line => `${inner}${line},\n`).join('')}${indent}${close}`;
}

/** Text that is TypeScript already. */
export class Code {
  constructor(readonly text: string) {}
}
