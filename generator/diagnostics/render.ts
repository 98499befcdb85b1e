import pc from 'picocolors';
import type { Diagnostic, Span } from './diagnostic.ts';

export interface RenderOptions {
  readonly color: boolean;
}

/** The text of each file that a span may name, by its path from the root. */
export type Sources = ReadonlyMap<string, string>;

type Colors = ReturnType<typeof pc.createColors>;

/** Lines shown before and after the one that is meant. */
const CONTEXT = 2;

/**
 * Every diagnostic as a frame: place, lines with a caret under the span, reason, hint, related places.
 * Ends with a newline; empty text for none.
 */
export function render(diagnostics: readonly Diagnostic[], sources: Sources, options: RenderOptions): string {
  const colors = pc.createColors(options.color);
  return diagnostics.map(diagnostic => renderOne(diagnostic, sources, colors)).join('\n');
}

function renderOne(diagnostic: Diagnostic, sources: Sources, colors: Colors): string {
  const { code, message, span, hint, related } = diagnostic;
  const place = span === null ? '' : `${colors.cyan(placeOf(span, sources))} `;
  let text = `${place}${colors.red('error')} ${colors.dim(code)}: ${message.replaceAll('\n', '\n    ')}\n`;
  if (span !== null) text += frame(span, sources, CONTEXT, colors.red, colors);
  if (hint !== null) text += `  ${colors.green('hint')}: ${hint}\n`;
  for (const other of related) {
    text += `  ${colors.cyan(placeOf(other.span, sources))}: ${other.message}\n`;
    text += frame(other.span, sources, 0, colors.cyan, colors);
  }
  return text;
}

/** `features/shop.ts:12:5`, counted from 1, columns in UTF-16 units as editors do. */
export function placeOf(span: Span, sources: Sources): string {
  const text = sources.get(span.file);
  if (text === undefined) return span.file;
  const { line, column } = positionOf(text, span.start);
  return `${span.file}:${line + 1}:${column + 1}`;
}

function frame(
  span: Span,
  sources: Sources,
  context: number,
  mark: (text: string) => string,
  colors: Colors,
): string {
  const text = sources.get(span.file);
  if (text === undefined) return '';
  const lines = text.split(/\r?\n/);
  const { line, column } = positionOf(text, span.start);
  const end = positionOf(text, span.end);
  const first = Math.max(0, line - context);
  const last = Math.min(lines.length - 1, line + context);
  const width = String(last + 1).length;
  const gutter = (label: string): string => colors.dim(`  ${label.padStart(width)} | `);
  let shown = '';
  for (let index = first; index <= last; index++) {
    const content = lines[index]!;
    shown += `${gutter(String(index + 1))}${content}`.trimEnd() + '\n';
    if (index !== line) continue;
    // Tabs are kept, so that the caret stands under its letter whatever a tab is wide.
    const indent = content.slice(0, column).replace(/[^\t]/g, ' ');
    const until = end.line === line ? end.column : content.length;
    shown += `${gutter('')}${indent}${mark('^'.repeat(Math.max(1, until - column)))}\n`;
  }
  return shown;
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length - 1, column: offset - lineStart };
}
