import { camelCase, docComment, header, pascalCase, propertyName, quote } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import type { Column, GroupPlan, Program, VectorPlan } from '../../ir/index.ts';
import { featuresOf } from '../../ir/features.ts';
import type { VisibleFeature } from '../../ir/features.ts';
import { featureFingerprint, groupFingerprint, vectorFingerprint } from '../../ir/fingerprint.ts';
import { clientType, hasInstant, requestType } from './client-type.ts';
import { nullOnlyThen, otherwiseOf } from './otherwise.ts';
import { planText } from './plan-text.ts';
import type { PlanText } from './plan-text.ts';

/** What a client reads: a group by its entity's keys, or a vector by its request. */
interface Readable extends PlanText {
  readonly plan: GroupPlan | VectorPlan;
}

/** `generated/client/index.ts`: an interface for each group and vector, and the accessors over a transport. */
export function clientBackend(program: Program): GeneratedFile[] {
  const readables: Readable[] = [
    ...program.groups.map(plan => ({
      kind: 'group' as const,
      name: plan.name,
      fingerprint: groupFingerprint(program, plan),
      plan,
      keys: keyColumns(plan),
      features: featuresOf(plan),
      meaning: (feature: string) => featureFingerprint(program, plan, feature),
      otherwise: otherwiseOf(program, plan),
    })),
    ...program.vectors.map(plan => ({
      kind: 'vector' as const,
      name: plan.name,
      fingerprint: vectorFingerprint(program, plan),
      plan,
      keys: plan.request,
      features: featuresOf(plan),
      meaning: (feature: string) => featureFingerprint(program, plan, feature),
      otherwise: otherwiseOf(program, plan),
    })),
  ];
  const text = [
    header(),
    imports(),
    ...readables.flatMap(readable => [keysInterface(readable), valuesInterface(readable)]),
    featuresInterface(readables),
    plans(readables),
    createClient(readables),
  ].join('\n');
  return [{ path: 'client/index.ts', text }];
}

function keyColumns(group: GroupPlan): Column[] {
  return group.keys.map(key => ({ name: key.name, type: key.type, nullable: false }));
}

function keysInterface({ kind, plan, keys }: Readable): string {
  const of = kind === 'group' ? 'The keys of' : 'What a request brings for';
  const lines = keys.map(key => {
    const optional = key.nullable ? '?' : '';
    const orNull = key.nullable ? ' | null' : '';
    return `${docComment(key.doc ?? null, '  ')}  readonly ${propertyName(key.name)}${optional}: ${requestType(key.type)}${orNull};\n`;
  });
  return `/** ${of} \`${plan.name}\`. */\nexport interface ${keysName(plan)} {\n${lines.join('')}}\n`;
}

function valuesInterface({ plan, features }: Readable): string {
  const doc = docComment(
    [plan.doc, `From ${plan.origin.file}:${plan.origin.line}.`].filter(Boolean).join('\n\n'),
  );
  const lines = features.map(feature => {
    const note = feature.status === 'deprecated' ? '@deprecated' : null;
    const orNull = feature.nullable ? ' | null' : '';
    const comment = docComment([feature.doc, note].filter(Boolean).join('\n') || null, '  ');
    return `${comment}  readonly ${propertyName(feature.name)}: ${clientType(feature.type)}${orNull};\n`;
  });
  return `${doc}export interface ${pascalCase(plan.name)}${instantParameter(features)} {\n${lines.join('')}}\n`;
}

function imports(): string {
  const types = [
    'Accessor',
    'AccessorPlan',
    'ClientOptions',
    'InstantForm',
    'InstantOf',
    'OnUnavailable',
    'Transport',
  ];
  return `import { accessor } from 'skewless/abi';\nimport type {\n${types.map(type => `  ${type},\n`).join('')}} from 'skewless/abi';\n`;
}

function featuresInterface(readables: readonly Readable[]): string {
  const lines = readables.map(({ plan, features, otherwise }) => {
    const values = `${pascalCase(plan.name)}${features.some(feature => hasInstant(feature.type)) ? '<I>' : ''}`;
    const parameters = [keysName(plan), values, 'I', 'U'];
    const nulls = nullOnlyThen(features, otherwise);
    if (nulls.length > 0) parameters.push(nulls.map(quote).join(' | '));
    return `${docComment(plan.doc, '  ')}  readonly ${camelCase(plan.name)}: Accessor<${parameters.join(', ')}>;\n`;
  });
  return (
    '/**\n * Every group and vector. `I`: how instants are given, `Date` or µs. `U`: what is given while the service is\n' +
    " * away, an error or `'defaults'`; the features named last have no default, and are null then.\n */\n" +
    `export interface Features<I = Date, U extends OnUnavailable = 'error'> {\n${lines.join('')}}\n`
  );
}

function plans(readables: readonly Readable[]): string {
  const lines = readables.map(readable => `  ${camelCase(readable.name)}: ${planText(readable, '  ')},\n`);
  return (
    '/** How what is read crosses a wire, and what stands in for it while the service is away. */\n' +
    `export const plans = {\n${lines.join('')}} as const satisfies { readonly [name: string]: AccessorPlan };\n`
  );
}

function createClient(readables: readonly Readable[]): string {
  const lines = readables.map(({ plan }) => {
    const name = camelCase(plan.name);
    return `    ${name}: accessor(transport, plans.${name}, options),\n`;
  });
  return [
    '/**\n * The typed client.\n',
    ' * @param transport where features are answered: in-process, or over a wire\n',
    " * @param options `instants: 'us'` gives instants as whole µs instead of `Date`, which holds milliseconds;\n",
    " * `onUnavailable: 'defaults'` gives declared defaults while the service is away\n */\n",
    "export function createClient<I extends InstantForm = 'date', U extends OnUnavailable = 'error'>(\n",
    '  transport: Transport,\n  options: ClientOptions<I, U> = {},\n): Features<InstantOf<I>, U> {\n',
    `  return {\n${lines.join('')}  };\n}\n`,
  ].join('');
}

function keysName(plan: GroupPlan | VectorPlan): string {
  return `${pascalCase(plan.name)}${'keys' in plan ? 'Keys' : 'Request'}`;
}

function instantParameter(features: readonly VisibleFeature[]): string {
  return features.some(feature => hasInstant(feature.type)) ? '<I = Date>' : '';
}
