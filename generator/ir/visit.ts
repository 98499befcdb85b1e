import type { Expr } from './expr.ts';

/** The nodes right below a node, in order of evaluation. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'column':
    case 'feature':
    case 'instant':
    case 'literal':
    case 'local':
      return [];
    case 'let':
      return [expr.value, expr.body];
    case 'compare':
    case 'logic':
    case 'arithmetic':
      return [expr.left, expr.right];
    case 'is-null':
    case 'not':
    case 'negate':
    case 'one-of':
      return [expr.value];
    case 'conditional':
      return [expr.condition, expr.then, expr.otherwise];
    case 'coalesce':
      return [expr.value, expr.otherwise];
    case 'call':
      return expr.args;
    case 'template':
      return expr.parts.filter(part => typeof part !== 'string');
  }
}

/** Calls `see` for the node and all below it. */
export function visit(expr: Expr, see: (node: Expr) => void): void {
  see(expr);
  for (const child of childrenOf(expr)) visit(child, see);
}

/** The columns an expression reads, as dotted paths, sorted. */
export function columnsOf(expr: Expr): string[] {
  const paths = new Set<string>();
  visit(expr, node => {
    if (node.kind === 'column') paths.add(node.path.join('.'));
  });
  return [...paths].sort();
}

/** The features an expression reads, sorted. */
export function featuresIn(expr: Expr): string[] {
  const names = new Set<string>();
  visit(expr, node => {
    if (node.kind === 'feature') names.add(node.name);
  });
  return [...names].sort();
}
