import { propertyName, quote } from '../../emit/file.ts';
import type { Column, DefaultValue, ValueType } from '../../ir/index.ts';
import type { VisibleFeature } from '../../ir/features.ts';

/** A group or vector as `AccessorPlan` holds it. */
export interface PlanText {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly fingerprint: string;
  readonly keys: readonly Column[];
  readonly features: readonly VisibleFeature[];
  /** The fingerprint of a feature. */
  readonly meaning: (feature: string) => string;
  readonly otherwise: ReadonlyMap<string, DefaultValue | null>;
}

/** The literal, its first line without indent. */
export function planText(plan: PlanText, indent: string): string {
  const { kind, name, fingerprint, keys, features, meaning, otherwise } = plan;
  const stands = [...otherwise].flatMap(([feature, value]) =>
    value === null ? [] : [[feature, literal(value)] as const],
  );
  return [
    '{\n',
    `${indent}  kind: ${quote(kind)},\n${indent}  name: ${quote(name)},\n${indent}  fingerprint: ${quote(fingerprint)},\n`,
    `${indent}  inputs: ${record(
      keys.map(column => [column.name, typeWord(column.type)]),
      `${indent}  `,
    )},\n`,
    `${indent}  features: ${record(
      features.map(feature => [feature.name, typeWord(feature.type)]),
      `${indent}  `,
    )},\n`,
    `${indent}  meanings: ${record(
      features.map(feature => [feature.name, quote(meaning(feature.name))]),
      `${indent}  `,
    )},\n`,
    `${indent}  otherwise: ${record(stands, `${indent}  `)},\n`,
    `${indent}}`,
  ].join('');
}

/** In as many lines of usual width as it takes. */
function record(entries: readonly (readonly [string, string])[], indent: string): string {
  if (entries.length === 0) return '{}';
  const members = entries.map(([name, value]) => `${propertyName(name)}: ${value}`);
  const line = `{ ${members.join(', ')} }`;
  if (line.length + indent.length <= 100) return line;
  const lines = [''];
  for (const member of members) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + member.length + indent.length > 105) lines.push(`${member},`);
    else lines[lines.length - 1] = last === '' ? `${member},` : `${last} ${member},`;
  }
  return `{\n${lines.map(text => `${indent}  ${text}\n`).join('')}${indent}}`;
}

/** A type in a word: `decimal`, `text[]`. */
function typeWord(type: ValueType): string {
  return quote(type.kind === 'list' ? `${type.of.kind}[]` : type.kind);
}

function literal(value: DefaultValue): string {
  if (typeof value === 'object') return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'string' ? quote(value) : String(value);
}
