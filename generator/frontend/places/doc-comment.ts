import { ts } from 'ts-morph';

/** The text of the doc comment right above a declaration, without its tags and in lines ended by LF; null for none. */
export function docCommentAbove(node: ts.Node): string | null {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(comments.at(-1)?.comment)?.replaceAll('\r\n', '\n').trim();
  return text === undefined || text === '' ? null : text;
}

/** The doc comment of the const, property or default export that an expression is the value of. */
export function docCommentOfValue(expression: ts.Node): string | null {
  let node = expression;
  while (
    ts.isParenthesizedExpression(node.parent) ||
    ts.isAsExpression(node.parent) ||
    ts.isSatisfiesExpression(node.parent)
  ) {
    node = node.parent;
  }
  const { parent } = node;
  const declares =
    (ts.isVariableDeclaration(parent) && parent.initializer === node) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === node) ||
    ts.isExportAssignment(parent);
  return declares ? docCommentAbove(parent) : null;
}
