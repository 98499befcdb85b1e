import { camelCase, docComment, header, kebabCase, pascalCase, propertyName } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import type { Program, ScalarType, StreamPlan, TablePlan } from '../../ir/index.ts';
import type { SqlSource } from '../../../runtime/history/program.ts';
import { literalCode } from './source-text.ts';

/** `generated/sql/<source>-source.ts`: the history's table as data, as a type, and as a query. */
export function emitSource(plan: StreamPlan | TablePlan, source: SqlSource): GeneratedFile {
  const name = camelCase(plan.name);
  const columns = plan.columns.map(column => {
    const nullable = column.nullable || plan.kind === 'table';
    return `${docComment(column.doc ?? null, '  ')}  readonly ${propertyName(column.name)}: ${storedType(column.type)}${nullable ? ' | null' : ''};\n`;
  });
  const ofChange =
    plan.kind === 'table'
      ? `  readonly _op: 'c' | 'u' | 'd' | 'r' | 't';\n  readonly _lsn: string | null;\n  readonly _commit_time: Date;\n  readonly _unavailable: readonly string[];\n`
      : '';
  const text = [
    header(plan.origin),
    `import type { SqlSource } from 'skewless/abi';
import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
`,
    `${docComment(plan.doc)}export interface ${pascalCase(plan.name)}Record {
${columns.join('')}  readonly _topic: number;
  readonly _epoch: number;
  readonly _partition: number;
  readonly _offset: string;
  readonly _arrived_at: Date;
${ofChange}}
`,
    `/** ${plan.name}, for \`appendHistory\`. */\nexport const ${name}: SqlSource = ${literalCode(source)};\n`,
    `/** Every record of ${plan.name} that decoded, counted or not. */
export function ${name}Records(db: Kysely<Database>) {
  return db.selectFrom('history.${plan.name}').selectAll();
}
`,
  ].join('\n');
  return { path: `sql/${kebabCase(plan.name)}-source.ts`, text };
}

/** `generated/sql/database.ts`: the schema `history` as Kysely sees it. */
export function emitDatabase(program: Program): GeneratedFile {
  const tables = program.sources.filter(source => source.kind !== 'changes');
  const imports = tables.map(
    ({ name }) => `import type { ${pascalCase(name)}Record } from './${kebabCase(name)}-source.ts';\n`,
  );
  const text = `${header()}
${imports.join('')}
/** The tables of the history. A database of yours extends it: \`interface Mine extends Database { … }\`. */
export interface Database {
${tables.map(({ name }) => `  'history.${name}': ${pascalCase(name)}Record;\n`).join('')}}
`;
  return { path: 'sql/database.ts', text };
}

/** As `pg` hands it over. */
function storedType({ kind }: ScalarType): string {
  switch (kind) {
    case 'double':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'timestamp':
      return 'Date';
    default:
      return 'string';
  }
}
