import { ts } from 'ts-morph';

/**
 * The names a function uses and does not declare: variables, parameters, functions, classes, enums and imports
 * of the scopes around it. Globals are not among them.
 */
export function freeVariables(lambda: ts.SignatureDeclaration, checker: ts.TypeChecker): string[] {
  const names = new Set<string>();
  const see = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isTypeParameterDeclaration(node)) return;
    if (ts.isIdentifier(node) && isReference(node)) {
      const symbol = referencedSymbol(node, checker);
      if (symbol !== undefined && isDeclaredAround(symbol, lambda)) names.add(node.text);
    }
    ts.forEachChild(node, see);
  };
  ts.forEachChild(lambda, see);
  return [...names];
}

/** The variable an identifier means; of `{ a }` the variable and not the property. */
export function referencedSymbol(name: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  return ts.isShorthandPropertyAssignment(name.parent)
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name);
}

/** Whether the symbol is the language's or the platform's own: `Math`, `undefined`, `Date`. */
export function isGlobal(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).every(declaration => declaration.getSourceFile().isDeclarationFile);
}

function isDeclaredAround(symbol: ts.Symbol, lambda: ts.Node): boolean {
  if (isGlobal(symbol)) return false;
  return (symbol.declarations ?? []).every(
    declaration =>
      declaration.getSourceFile() !== lambda.getSourceFile() ||
      declaration.pos < lambda.pos ||
      declaration.end > lambda.end,
  );
}

function isReference(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === name;
  if (ts.isBindingElement(parent)) return parent.initializer === name;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === name;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isMetaProperty(parent) || ts.isQualifiedName(parent)) return false;
  return (parent as ts.NamedDeclaration).name !== name;
}
