import { ABI_VERSION, header, propertyName, quote } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import { featuresOf } from '../../ir/features.ts';
import {
  featureFingerprint,
  groupFingerprint,
  programFingerprint,
  vectorFingerprint,
} from '../../ir/fingerprint.ts';
import type { GroupPlan, Program, SourcePlan, VectorPlan } from '../../ir/index.ts';

/**
 * `serving.ts`: what a service tells of its features and asks of a request, as data.
 * @param versions by `group.feature`
 */
export function servingBackend(program: Program, versions: ReadonlyMap<string, number>): GeneratedFile[] {
  const describeFeatures = (owner: GroupPlan | VectorPlan): object[] =>
    featuresOf(owner).map(feature => ({
      ...describeColumn(feature),
      fingerprint: featureFingerprint(program, owner, feature.name),
      version: versions.get(`${owner.name}.${feature.name}`)!,
    }));
  const plan = {
    abi: ABI_VERSION,
    fingerprint: programFingerprint(program),
    sources: program.sources.flatMap(describeSource),
    served: [
      ...program.groups.map(group => ({
        kind: 'group',
        name: group.name,
        doc: group.doc,
        owner: group.owner,
        fingerprint: groupFingerprint(program, group),
        inputs: group.keys.map(({ name, type }) => ({ name, type, nullable: false, doc: null })),
        features: describeFeatures(group),
      })),
      ...program.vectors.map(vector => ({
        kind: 'vector',
        name: vector.name,
        doc: vector.doc,
        owner: vector.owner,
        fingerprint: vectorFingerprint(program, vector),
        inputs: vector.request.map(describeColumn),
        features: describeFeatures(vector),
      })),
    ],
  };
  return [
    {
      path: 'serving.ts',
      text:
        header() +
        "import type { ServingPlan } from 'skewless/abi';\n\n" +
        '/** What `skewless run` serves, and where its records come from. */\n' +
        `export const serving: ServingPlan = ${literal(plan, '')};\n`,
    },
  ];
}

function describeSource(source: SourcePlan): object[] {
  if (source.kind === 'changes') return [];
  const { kind, name, doc, topics, arrival } = source;
  const time = source.kind === 'stream' ? source.eventTime : source.time;
  return [{ kind, name, doc, topics, arrival, time, columns: source.columns.map(describeColumn) }];
}

function describeColumn(column: {
  readonly name: string;
  readonly type: object;
  readonly nullable: boolean;
  readonly doc?: string | null;
}): object {
  const { name, type, nullable, doc = null } = column;
  return { name, type, nullable, doc };
}

/** A value of plain data as TypeScript, one line for what holds no list of things. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (value.every(element => typeof element !== 'object'))
      return `[${value.map(element => literal(element, indent)).join(', ')}]`;
    return `[\n${value.map(element => `${indent}  ${literal(element, `${indent}  `)},\n`).join('')}${indent}]`;
  }
  const entries = Object.entries(value);
  if (
    !entries.some(([, inner]) => Array.isArray(inner) && inner.some(element => typeof element === 'object'))
  )
    return `{ ${entries.map(([name, inner]) => `${propertyName(name)}: ${literal(inner, indent)}`).join(', ')} }`;
  const lines = entries.map(
    ([name, inner]) => `${indent}  ${propertyName(name)}: ${literal(inner, `${indent}  `)},\n`,
  );
  return `{\n${lines.join('')}${indent}}`;
}
