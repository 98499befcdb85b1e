import { camelCase, docComment, pascalCase, propertyName } from '../../emit/file.ts';
import { featuresOf } from '../../ir/features.ts';
import type { VectorPlan } from '../../ir/index.ts';
import type { CallableFunction, Parameter } from './callable/function.ts';

/** What joins a vector to a query built with Kysely: the types of its request and row, and the function. */
export function emitCall(plan: VectorPlan, { keys, columns }: CallableFunction): string {
  const name = pascalCase(plan.name);
  const features = new Map(featuresOf(plan).map(feature => [feature.name, feature]));
  const request = keys.map(
    key => `  readonly ${propertyName(key.name)}: Expression<${givenType(key)} | null>;\n`,
  );
  const row = columns.map(column => {
    const { doc, nullable } = features.get(column.name)!;
    return `${docComment(doc, '  ')}  readonly ${propertyName(column.name)}: ${rowType(column.type)}${nullable ? ' | null' : ''};\n`;
  });
  const given = keys.map(key => `read.${key.name}`).join(', ');
  return `
/** A read of ${plan.name}: its keys and inputs as expressions of a query. */
export interface ${name}Read extends ReadInstant {
${request.join('')}}

/** A row of ${plan.name}, as \`pg\` hands it over. */
export interface ${name}Values {
${row.join('')}}

/** ${plan.name} at each row of a query: \`innerJoinLateral(${camelCase(plan.name)}At({ …, t }), join => join.onTrue())\`. */
export function ${camelCase(plan.name)}At(read: ${name}Read) {
  return vectorRow<${name}Values>('${plan.name}', [${given}], read);
}
`;
}

/** By the SQL type that people have. */
const scalars: Readonly<Record<string, string>> = {
  bigint: 'string',
  'double precision': 'number',
  boolean: 'boolean',
  timestamptz: 'Date',
  text: 'string',
};

function rowType(type: string): string {
  return type.endsWith('[]') ? `readonly ${scalars[type.slice(0, -2)]!}[]` : scalars[type]!;
}

/** A whole number may be given in any form that it has. */
const givenType = ({ type }: Parameter): string =>
  type === 'bigint' ? 'string | number | bigint' : scalars[type]!;
