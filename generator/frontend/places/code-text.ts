import { ts } from 'ts-morph';

const TIGHT_BEFORE: ReadonlySet<string> = new Set(['.', '?.', ',', ';', ')', ']']);
const TIGHT_AFTER: ReadonlySet<string> = new Set(['.', '(', '[', '!']);

/**
 * Code in one line, its tokens as they stand: without comments, and the same however it is laid out, quoted, or
 * given commas at the ends of its lists.
 */
export function codeText(node: ts.Node): string {
  const source = node.getSourceFile();
  let text = '';
  let last: ts.Node | null = null;
  let comma = false;
  const put = (token: ts.Node): void => {
    // In a template JavaScript has LF for every end of a line, whichever the file has.
    const own = ts.isStringLiteral(token)
      ? JSON.stringify(token.text)
      : token.getText(source).replace(/\r\n?/g, '\n');
    const before = last?.getText(source) ?? '';
    if (own === ',' && !comma && before !== '[') {
      comma = true;
      return;
    }
    if (comma && !/^[)\]}]$/.test(own)) text += ',';
    comma = false;
    const isCall = own === '(' && last !== null && ts.isIdentifier(last);
    const isTight = text === '' || TIGHT_BEFORE.has(own) || TIGHT_AFTER.has(text.slice(-1)) || isCall;
    text += isTight ? own : ` ${own}`;
    last = token;
  };
  const see = (part: ts.Node): void => {
    if (ts.isJSDoc(part)) return;
    const parts = part.getChildren(source);
    if (parts.length > 0) parts.forEach(see);
    // A list without elements is a node without text.
    else if (part.getText(source) !== '') put(part);
  };
  see(node);
  return text;
}
