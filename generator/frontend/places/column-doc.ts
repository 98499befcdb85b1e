import type { ts } from 'ts-morph';
import { docCommentAbove } from './doc-comment.ts';

/**
 * The doc comment of a column, found through types: the properties of a declaration's `shape` (of its rows,
 * where it has none) lead back to the `z.object({…})` they come from, however it was put together.
 */
export function docOfColumn(declaration: ts.Node, column: string, checker: ts.TypeChecker): string | null {
  const type = checker.getTypeAtLocation(declaration);
  for (const carrier of ['shape', 'row']) {
    const member = type.getProperty(carrier);
    const property = member && checker.getTypeOfSymbol(member).getProperty(column);
    for (const written of property?.declarations ?? []) {
      const doc = docCommentAbove(written);
      if (doc !== null) return doc;
    }
  }
  return null;
}
