import {
  camelCase,
  docComment,
  header,
  kebabCase,
  pascalCase,
  propertyName,
  quote,
} from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import type { Program, VectorOperand, VectorPlan } from '../../ir/index.ts';
import { featuresOf } from '../../ir/features.ts';
import { access } from './expressions.ts';
import { printDerived } from './derived.ts';
import { printDefault } from './group-file.ts';
import { partOf } from './group-parts.ts';
import { Imports } from './module-text.ts';
import { typeScriptType } from './types.ts';

/** The module of one vector: its lookups in order, its outputs, what is derived over them. */
export function vectorFile(program: Program, vector: VectorPlan): GeneratedFile {
  const imports = new Imports();
  const lookups = vector.lookups.map((lookup, i) => {
    const group = program.groups.find(plan => plan.name === lookup.group)!;
    const part = partOf(group, vector, i)?.name ?? `${camelCase(group.name)}Group`;
    imports.value(part, `./${kebabCase(group.name)}.ts`);
    const keys = lookup.keys.map((operand, k) => {
      const name = group.keys[k]!.name;
      const value =
        operand.kind === 'request'
          ? `${imports.value('requestKey')}(request, ${quote(operand.name)}, ${quote(vector.name)})`
          : `lookup${operand.lookup}${access(operand.feature)}`;
      return `${propertyName(name)}: ${value}`;
    });
    return `const lookup${i} = read(${part}, { ${keys.join(', ')} });`;
  });
  // Lambdas of a vector see the request's inputs beside its outputs.
  const inputs = new Map(vector.request.map(column => [column.name, column]));
  const taken = new Set([...vector.outputs, ...vector.derived].map(output => output.name));
  const feature = (name: string): string => {
    const input = inputs.get(name);
    if (taken.has(name) || input === undefined) return `$${name}`;
    return `(${requestInput(name, typeScriptType(input.type, input.nullable))})`;
  };
  const outputs = vector.outputs.map(output => {
    const type = typeScriptType(output.type, output.nullable);
    const loose = typeScriptType(output.type, output.nullable || output.default !== null);
    const value = operandText(output.from, loose);
    return `const $${output.name}: ${type} = ${value}${output.default === null ? '' : ` ?? ${printDefault(output.default)}`};`;
  });
  const derived = vector.derived.map(plan => printDerived(plan, imports, feature));
  const lines = [...lookups, ...outputs, ...derived];
  const text = lines.join('\n');
  const values = vector.features.map(name => `      ${propertyName(name)}: $${name},\n`);
  const members = featuresOf(vector).map(
    ({ name, type, nullable, doc }) =>
      `${docComment(doc, '  ')}  readonly ${propertyName(name)}: ${typeScriptType(type, nullable)};\n`,
  );
  const module = imports.type('VectorModule');
  const parameters = [
    /\bread\(/.test(text) ? 'read' : '_read',
    /\brequest\b/.test(text) ? 'request' : '_request',
    /\bt\b/.test(text) ? 't' : '_t',
  ];
  const body =
    `${docComment(vector.doc)}export type ${pascalCase(vector.name)}Values = {\n${members.join('')}};\n\n` +
    `export const ${camelCase(vector.name)}Vector: ${module} = {\n  name: ${quote(vector.name)},\n` +
    `  read(${parameters.join(', ')}): ${pascalCase(vector.name)}Values {\n` +
    lines.map(line => `    ${line}\n`).join('') +
    `    return {\n${values.join('')}    };\n  },\n};\n`;
  return {
    path: `stream/${kebabCase(vector.name)}-vector.ts`,
    text: `${header(vector.origin)}${imports.print(body)}\n${body}`,
  };
}

function operandText(operand: VectorOperand, type: string): string {
  return operand.kind === 'request'
    ? requestInput(operand.name, type)
    : `lookup${operand.lookup}${access(operand.feature)}`;
}

function requestInput(name: string, type: string): string {
  return `(request[${quote(name)}] ?? null) as ${type}`;
}
