import type { DerivedPlan } from '../../ir/index.ts';
import { quote } from '../../emit/file.ts';
import { printExpr, printLiteral } from './expressions.ts';
import type { Imports } from './module-text.ts';
import { typeScriptType } from './types.ts';

/** The statement that computes a derived feature from those before it. */
export function printDerived(plan: DerivedPlan, imports: Imports, feature: (name: string) => string): string {
  const type = typeScriptType(plan.type, plan.nullable);
  const loose = typeScriptType(plan.type, true);
  const { body } = plan;
  let value: string;
  if (body.kind === 'expression') {
    value = printExpr(body.expr, { row: null, feature, use: name => imports.value(name) });
    if (plan.type.kind === 'double') value = `${imports.value('derivedNumber')}(${value})`;
    else if (plan.type.kind === 'timestamp') value = `${imports.value('derivedNumber')}(${value})`;
  } else {
    const name = computeName(body.module, body.export);
    imports.value(name, './compute.ts');
    const features = body.uses.map(used => `${quote(used)}: ${feature(used)}`).join(', ');
    value = `${imports.value('computed')}(${name}({ ${features} }, t)) as ${loose}`;
  }
  if (plan.default !== null) value = `(${value}) ?? ${printLiteral({ value: plan.default as string })}`;
  else if (!plan.nullable && /^(derivedNumber|computed)\(/.test(value)) value = `(${value})!`;
  return `const $${plan.name}: ${type} = ${value};`;
}

/** The name under which `compute.ts` hands out an author's function. */
export function computeName(module: string, path: readonly string[]): string {
  const words = [
    ...module.replace(/\.[cm]?tsx?$/, '').split(/[^A-Za-z0-9]+/),
    ...path.flatMap(part => part.split(/[^A-Za-z0-9]+/)),
  ];
  const joined = words
    .filter(word => word !== '')
    .map(word => word[0]!.toUpperCase() + word.slice(1))
    .join('');
  return `compute${joined}`;
}
