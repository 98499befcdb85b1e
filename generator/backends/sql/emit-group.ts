import type { SqlFeed } from '../../../runtime/history/program.ts';
import { camelCase, docComment, header, kebabCase, pascalCase, propertyName } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import { featuresOf } from '../../ir/features.ts';
import type { GroupPlan, ScalarType, ValueType } from '../../ir/index.ts';
import { emitLayers } from './emit-derived.ts';
import type { GeneratedGroup } from './group.ts';
import { Code, literalCode, queryFunction } from './source-text.ts';

/** `generated/sql/<group>.ts`: the group as data, its result's type, and its queries. */
export function emitGroup(plan: GroupPlan, group: GeneratedGroup): GeneratedFile {
  const name = camelCase(plan.name);
  const { imports, code: derived } = emitLayers(group.derived);
  const data = literalCode({ ...group, feeds: emitFeeds(group.feeds), derived });
  const text = [
    header(plan.origin),
    `import { featureRows, feedRows } from 'skewless/abi';
import type { Read, SqlGroup } from 'skewless/abi';
import type { Expression, Kysely } from 'kysely';
import type { Database } from './database.ts';
${imports}`,
    rowInterface(plan),
    `/** ${plan.name}, for \`trainingSet\`. */\nexport const ${name}: SqlGroup = ${data};\n`,
    `/** The features at each of the reads, a query with the columns of \`Read\` and the keys \`k0…\`; \`"#"\` is a read's number. */
export function ${name}Features(db: Kysely<Database>, reads: Expression<Read>) {
  return db.selectFrom(featureRows<${pascalCase(plan.name)}Row>(${name}, reads)).selectAll();
}
`,
    ...group.feeds.map((feed, index) => feedFunction(plan, name, index, feed.sources)),
  ].join('\n');
  return { path: `sql/${kebabCase(plan.name)}.ts`, text };
}

export function emitFeeds(feeds: readonly SqlFeed[]): readonly object[] {
  return feeds.map(feed => ({
    ...feed,
    rows: new Code(queryFunction(feed.rows)),
    helpers: feed.helpers.map(helper => ({ ...helper, rows: new Code(queryFunction(helper.rows)) })),
  }));
}

function feedFunction(plan: GroupPlan, name: string, index: number, sources: readonly string[]): string {
  const feed = plan.feeds[index]!;
  const columns = [
    ...feed.keys.map((key, place) => `readonly k${place}: ${rawType(key.type)};`),
    `/** µs */\n  readonly t: string;`,
    `/** µs */\n  readonly arrived: string;`,
    ...feed.inputs.map((input, place) => `readonly i${place}: ${rawType(input.type)} | null;`),
    ...feed.filters.map((_, place) => `readonly w${place}: boolean;`),
  ];
  const row = `${pascalCase(plan.name)}${pascalCase(feed.source)}`;
  return `/** A row of ${sources.join(', ')} as ${plan.name} takes it: keys, inputs, filters. */
export interface ${row} {
${columns.map(column => `  ${column}`).join('\n')}
}

/** The rows of ${feed.source} that ${plan.name} takes. */
export function ${name}${pascalCase(feed.source)}Rows(db: Kysely<Database>) {
  return db.selectFrom(feedRows<${row}>(${name}.feeds[${index}]!)).selectAll();
}
`;
}

/** As `pg` hands it over: bigint comes as text. */
export function rawType(type: ScalarType): string {
  switch (type.kind) {
    case 'double':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'string';
  }
}

/** A feature's value as `pg` hands it over. */
export function rawFeatureType(type: ValueType): string {
  if (type.kind === 'list') return `readonly ${rawFeatureType(type.of)}[]`;
  return type.kind === 'decimal' ? 'number' : rawType(type);
}

function rowInterface(plan: GroupPlan): string {
  const lines = featuresOf(plan).map(
    feature =>
      `${docComment(feature.doc, '  ')}  readonly ${propertyName(feature.name)}: ${rawFeatureType(feature.type)}${feature.nullable ? ' | null' : ''};\n`,
  );
  return `${docComment(plan.doc)}export interface ${pascalCase(plan.name)}Row {\n  /** The read's number. */\n  readonly '#': number;\n${lines.join('')}}\n`;
}
