import type { ts } from 'ts-morph';
import type { Span } from '../diagnostics/index.ts';

/** A node without the comments before it. `file` is the path that diagnostics show. */
export function nodeSpan(node: ts.Node, file: string): Span {
  return { file, start: node.getStart(), end: node.end };
}
