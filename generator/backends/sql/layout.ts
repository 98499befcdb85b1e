/**
 * SQL as people read it: every clause of a query on a line of its own, a nested query on one line where it fits and
 * indented otherwise, long lists and conditions broken. Only white space changes.
 *
 * Done here because it is done to every statement of every group: a full parser of the dialect takes longer than the
 * rest of the generator. What it has to know of SQL is where texts and names end, and the words that begin a clause.
 */
export function layoutSql(sql: string): string {
  return printQuery(parse(sql), '');
}

const width = 116;

interface Token {
  readonly text: string;
  /** Whether white space stands before it. */
  readonly spaced: boolean;
  /** What stands in the parentheses that it opens; null: it opens none. */
  readonly inner: readonly Token[] | null;
}

function parse(sql: string): readonly Token[] {
  const tokens = sql.matchAll(/(\s*)("(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]|[^\s"'(),]+)/g);
  const read = (): readonly Token[] => {
    const list: Token[] = [];
    for (let next = tokens.next(); next.done !== true; next = tokens.next()) {
      const [, space, text] = next.value as unknown as [string, string, string];
      if (text === ')') return list;
      list.push({ text, spaced: space !== '', inner: text === '(' ? read() : null });
    }
    return list;
  };
  return read();
}

/** Tokens on one line. */
function flat(tokens: readonly Token[]): string {
  return tokens
    .map(({ text, spaced, inner }, index) => {
      const space = spaced && index > 0 ? ' ' : '';
      return inner === null ? space + text : `${space}(${flat(inner)})`;
    })
    .join('');
}

function printQuery(tokens: readonly Token[], indent: string): string {
  return clausesOf(tokens)
    .map(clause => indent + printClause(clause, indent))
    .join('\n');
}

/** Tokens that may break where parentheses hold a query that does not fit. */
function print(tokens: readonly Token[], indent: string): string {
  return tokens
    .map((token, index) => {
      const space = token.spaced && index > 0 ? ' ' : '';
      return space + (token.inner === null ? token.text : printInner(token.inner, indent));
    })
    .join('');
}

function printInner(inner: readonly Token[], indent: string): string {
  const line = `(${flat(inner)})`;
  if (indent.length + line.length <= width || !inner.some(holdsQuery)) return line;
  if (!isQuery(inner)) return `(${print(inner, indent)})`;
  return `(\n${printQuery(inner, `${indent}  `)}\n${indent})`;
}

const holdsQuery = (token: Token): boolean =>
  token.text === 'select' || (token.inner !== null && token.inner.some(holdsQuery));

const isQuery = ([first]: readonly Token[]): boolean => first?.text === 'select' || first?.text === 'with';

function printClause(clause: readonly Token[], indent: string): string {
  const line = flat(clause);
  if (indent.length + line.length <= width) return line;
  const further = `${indent}  `;
  switch (clause[0]!.text) {
    case 'with':
      return separated(clause, isComma)
        .map((item, index) => (index === 0 ? '' : indent) + print(item, indent))
        .join('\n');
    case 'select':
      return fill(separated(clause, isComma), further);
    case 'where':
      return conditions(clause)
        .map((item, index) => (index === 0 ? '' : further) + print(item, further))
        .join('\n');
    default:
      return print(clause, indent);
  }
}

/** As many items to a line as fit. */
function fill(items: readonly (readonly Token[])[], indent: string): string {
  let column = indent.length;
  return items
    .map((item, index) => {
      const text = print(item, indent);
      const [first] = text.split('\n');
      const breaks = index > 0 && column + first!.length + 1 > width;
      const space = index === 0 ? '' : breaks ? `\n${indent}` : ' ';
      const last = text.slice(text.lastIndexOf('\n') + 1);
      column = last.length + (last === text ? (breaks ? indent.length : column + 1) : 0);
      return space + text;
    })
    .join('');
}

const isComma = ({ text }: Token): boolean => text === ',';

/** Parts that end with a separator. */
function separated(tokens: readonly Token[], ends: (token: Token) => boolean): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    parts.at(-1)!.push(token);
    if (ends(token)) parts.push([]);
  }
  return parts.filter(part => part.length > 0);
}

/** Parts that begin with `and`, those of BETWEEN and CASE left alone. */
function conditions(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let between = false;
  let cases = 0;
  for (const token of tokens) {
    cases += caseDepth(token);
    const isAnd = token.text === 'and' && cases === 0;
    if (isAnd && !between) parts.push([]);
    if (isAnd) between = false;
    if (token.text === 'between') between = true;
    parts.at(-1)!.push(token);
  }
  return parts;
}

const caseDepth = ({ text }: Token): number => (text === 'case' ? 1 : text === 'end' ? -1 : 0);

const beginsClause = new Set([
  'with',
  'select',
  'from',
  'where',
  'group',
  'having',
  'window',
  'order',
  'union',
]);
const beginsJoin = new Set(['left', 'cross', 'join']);

function clausesOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const clauses: Token[][] = [];
  let before = '';
  for (const token of tokens) {
    const { text } = token;
    const begins = text === 'from' ? before !== 'distinct' : beginsClause.has(text);
    const joins = beginsJoin.has(text) && !beginsJoin.has(before);
    if (clauses.length === 0 || begins || joins) clauses.push([]);
    clauses.at(-1)!.push(token);
    before = text;
  }
  return clauses;
}
