import { pathToFileURL } from 'node:url';
import { ts } from 'ts-morph';
import type { UserModule } from '../compiler.ts';
import { freeVariables } from './free-variables.ts';

/** A module's text with calls to the hooks, still TypeScript. */
export interface Instrumented {
  readonly text: string;
  /** The nodes that the hooks name by number. */
  readonly nodes: readonly ts.Node[];
}

/** The name instrumented code knows the hooks by. */
const HOOKS = '$skewless';

type FunctionNode = ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration | ts.MethodDeclaration;

/**
 * Adds the hooks to a module, by insertions into its text:
 * 1. every arrow function and function expression, and every object method and function declaration, is made
 *    known with a thunk over its free variables;
 * 2. every call, `new` and object literal is entered and left, so that its result is known by its place, and
 *    so that an error is known by the call that threw it;
 * 3. every spread in an object literal is noted, since its keys vanish in the result;
 * 4. every statement of the module is announced.
 * @param moduleNumber what the hooks know the module by
 * @param addressOf the URL to import in place of a specifier; null leaves it as it is
 */
export function instrument(
  module: UserModule,
  moduleNumber: number,
  checker: ts.TypeChecker,
  hooksUrl: string,
  addressOf: (specifier: ts.StringLiteralLike) => string | null,
): Instrumented {
  const { sourceFile } = module;
  const nodes: ts.Node[] = [];
  const edits: Edit[] = [];
  const insert = (at: number, text: string): void => void edits.push({ start: at, end: at, text });
  const number = (node: ts.Node): number => nodes.push(node) - 1;
  const named = (node: ts.Node): string => `${moduleNumber}, ${number(node)}`;

  const thunk = (lambda: FunctionNode): string => {
    const names = freeVariables(lambda, checker);
    return `() => ({ ${names.map(name => `${name}: () => ${name}`).join(', ')} })`;
  };

  const wrapResult = (node: ts.Node, around = (text: string): string => text): void => {
    const [before, after] = around('\0').split('\0');
    insert(node.getStart(), `${before}${HOOKS}.leave(${moduleNumber}, ${HOOKS}.enter(${named(node)}), `);
    ts.forEachChild(node, see);
    insert(node.end, `)${after}`);
  };

  const seeLiteral = (node: ts.ObjectLiteralExpression): void => {
    const methods = node.properties.filter(ts.isMethodDeclaration).flatMap(method => {
      const name = staticName(method.name);
      return name === null ? [] : [`[${JSON.stringify(name)}, ${number(method)}, ${thunk(method)}]`];
    });
    if (methods.length === 0) return wrapResult(node);
    wrapResult(node, text => `${HOOKS}.methods(${moduleNumber}, ${text}, [${methods.join(', ')}])`);
  };

  const seeFunctionDeclarations = (statements: readonly ts.Statement[], at: number): void => {
    for (const statement of statements) {
      if (!ts.isFunctionDeclaration(statement) || statement.body === undefined) continue;
      let name = statement.name?.text;
      if (name === undefined) {
        name = '$default';
        insert((statement.typeParameters ?? statement.parameters).pos - 1, ` ${name}`);
      }
      insert(at, ` ${HOOKS}.lambda(${named(statement)}, ${name}, ${thunk(statement)});`);
    }
  };

  const see = (node: ts.Node): void => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
      insert(node.getStart(), `${HOOKS}.lambda(${named(node)}, `);
      ts.forEachChild(node, see);
      insert(node.end, `, ${thunk(node)})`);
      return;
    }
    if (ts.isNewExpression(node) || (ts.isCallExpression(node) && isPlainCall(node))) return wrapResult(node);
    if (ts.isObjectLiteralExpression(node) && !isPattern(node)) return seeLiteral(node);
    if (ts.isSpreadAssignment(node) && !isPattern(node.parent)) {
      insert(node.expression.getStart(), `${HOOKS}.spread(${named(node)}, `);
      see(node.expression);
      insert(node.expression.end, ')');
      return;
    }
    if (ts.isBlock(node) || ts.isModuleBlock(node)) {
      seeFunctionDeclarations(node.statements, node.getStart() + 1);
    }
    const replaced = replacement(node, addressOf, sourceFile);
    if (replaced !== null) {
      edits.push({ start: node.getStart(), end: node.end, text: replaced });
      return;
    }
    ts.forEachChild(node, see);
  };

  const start = ts.getShebang(sourceFile.text)?.length ?? 0;
  insert(start, `${start > 0 ? '\n' : ''}import { hooks as ${HOOKS} } from ${JSON.stringify(hooksUrl)};`);
  seeFunctionDeclarations(sourceFile.statements, start);
  for (const statement of sourceFile.statements) {
    if (isExecuted(statement)) insert(statement.getStart(), `${HOOKS}.statement(${named(statement)}); `);
    see(statement);
  }
  return { text: applyEdits(sourceFile.text, edits), nodes };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits at one place stay in the order they were made: outer beginnings first, inner endings first. */
function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** Specifiers of modules, and the place a module believes to be at. */
function replacement(
  node: ts.Node,
  addressOf: (specifier: ts.StringLiteralLike) => string | null,
  sourceFile: ts.SourceFile,
): string | null {
  if (ts.isStringLiteralLike(node) && isModuleSpecifier(node)) {
    const address = addressOf(node);
    return address === null ? null : JSON.stringify(address);
  }
  if (ts.isPropertyAccessExpression(node) && ts.isMetaProperty(node.expression) && node.name.text === 'url') {
    return JSON.stringify(pathToFileURL(sourceFile.fileName).href);
  }
  return null;
}

function isModuleSpecifier(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent))
    return parent.moduleSpecifier === node;
  return ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}

/** In a chain of `?.` an inner call may not be parted from what follows; `super()` and `import()` are syntax. */
function isPlainCall(node: ts.CallExpression): boolean {
  if ((node.flags & ts.NodeFlags.OptionalChain) !== 0) return false;
  const { kind } = node.expression;
  return kind !== ts.SyntaxKind.SuperKeyword && kind !== ts.SyntaxKind.ImportKeyword;
}

/** Whether a literal is the left side of a destructuring assignment. */
function isPattern(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) {
    return parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
      ? true
      : parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && isPattern(parent);
  }
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === node;
  const inside =
    ts.isParenthesizedExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isObjectLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isSpreadAssignment(parent) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === node);
  return inside && isPattern(parent);
}

function staticName(name: ts.PropertyName): string | null {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)
    ? name.text
    : null;
}

function isExecuted(statement: ts.Statement): boolean {
  return (
    ts.isVariableStatement(statement) ||
    ts.isExpressionStatement(statement) ||
    ts.isExportAssignment(statement) ||
    ts.isIterationStatement(statement, false) ||
    ts.isIfStatement(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isThrowStatement(statement) ||
    ts.isTryStatement(statement) ||
    ts.isSwitchStatement(statement) ||
    ts.isBlock(statement)
  );
}
