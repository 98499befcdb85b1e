/**
 * Writes docs/configuration.md from the docstrings of runtime/config/config.ts and the list of variables:
 *
 *   npm run docs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { overrides } from '../runtime/config/environment.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A key of the configuration, as its docstring tells it. */
export interface ConfigKey {
  /** `serve.http.port`; `*` is any name. */
  readonly path: string;
  readonly type: string;
  /** The text after `@default`; null: required, or a section that may be left out. */
  readonly otherwise: string | null;
  readonly doc: string;
  /** Name of the interface that it leads to; null of a value. */
  readonly section: string | null;
}

interface Field {
  readonly name: string;
  readonly type: ts.TypeNode;
  readonly doc: string;
  readonly otherwise: string | null;
}

/** Every key, in order of declaration; a section stands before its keys. */
export function configKeys(): ConfigKey[] {
  const interfaces = readInterfaces();
  const below = (name: string, prefix: string): ConfigKey[] =>
    interfaces.get(name)!.flatMap(field => {
      const path = prefix === '' ? field.name : `${prefix}.${field.name}`;
      const { section, byName } = sectionOf(field.type, interfaces);
      const key = { path, type: typeText(field.type), otherwise: field.otherwise, doc: field.doc, section };
      return section === null ? [key] : [key, ...below(section, byName ? `${path}.*` : path)];
    });
  return below('Config', '');
}

function readInterfaces(): Map<string, Field[]> {
  const path = join(root, 'runtime/config/config.ts');
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const interfaces = file.statements.filter(ts.isInterfaceDeclaration);
  return new Map(
    interfaces.map(({ name, members }) => [name.text, members.filter(ts.isPropertySignature).map(fieldOf)]),
  );
}

function fieldOf(member: ts.PropertySignature): Field {
  const name = (member.name as ts.Identifier).text;
  const docs = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const doc = docs.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default');
  const otherwise = tag === undefined ? null : (ts.getTextOfJSDocComment(tag.comment) ?? null);
  return { name, type: member.type!, doc: doc.replaceAll('\n', ' '), otherwise };
}

/** The interface that a key leads to: itself, one side of a union, or by names. */
function sectionOf(
  type: ts.TypeNode,
  interfaces: ReadonlyMap<string, unknown>,
): { readonly section: string | null; readonly byName: boolean } {
  if (ts.isUnionTypeNode(type)) {
    const found = type.types.map(each => sectionOf(each, interfaces)).find(({ section }) => section !== null);
    return found ?? { section: null, byName: false };
  }
  if (!ts.isTypeReferenceNode(type)) return { section: null, byName: false };
  const name = type.typeName.getText();
  if (interfaces.has(name)) return { section: name, byName: false };
  const inner = type.typeArguments?.at(-1);
  if (inner === undefined || name === 'FromEnvironment') return { section: null, byName: false };
  return { section: sectionOf(inner, interfaces).section, byName: name === 'Readonly' || name === 'Record' };
}

/** For the reader of the page: `duration`, `list of text`, `'earliest' or 'latest'`. */
function typeText(type: ts.TypeNode): string {
  if (ts.isUnionTypeNode(type)) return type.types.map(typeText).join(' or ');
  if (ts.isTypeOperatorNode(type)) return typeText(type.type);
  if (ts.isArrayTypeNode(type)) return `list of ${typeText(type.elementType)}`;
  if (!ts.isTypeReferenceNode(type)) return type.getText() === 'string' ? 'text' : type.getText();
  const name = type.typeName.getText();
  const last = type.typeArguments?.at(-1);
  if (name === 'Record') return `${typeText(last!)} by name`;
  if (last !== undefined) return typeText(last);
  if (name === 'Duration' || name === 'Size') return name.toLowerCase();
  if (name === 'SecureVersion') return 'version';
  return name === 'Pem' ? 'PEM or path' : 'section';
}

/** The whole page. */
export function configurationPage(): string {
  const keys = configKeys();
  const top = keys.filter(({ path }) => !path.includes('.'));
  const sections = keys.filter(({ section }) => section !== null).map(key => sectionText(key, keys));
  return `${head}\n${tableOf(top, '')}\n\n${sections.join('\n\n')}\n\n${environmentText()}\n`;
}

function sectionText({ path, doc }: ConfigKey, keys: readonly ConfigKey[]): string {
  const isKey = (key: ConfigKey): boolean => key.path.startsWith(`${path}.`);
  const depth = path.split('.').length;
  const own = keys.filter(isKey).filter(key => key.path.replace('.*', '').split('.').length === depth + 1);
  return `## ${path}\n\n${doc}\n\n${tableOf(own, path)}`;
}

function tableOf(keys: readonly ConfigKey[], section: string): string {
  const rows = keys.map(({ path, type, otherwise, doc, section: leads }) => {
    const name = path.slice(section === '' ? 0 : section.length + 1).replace('*.', '<name>.');
    return `| \`${name}\` | ${cell(type)} | ${cell(otherwise ?? (leads === null ? 'required' : ''))} | ${cell(doc)} |`;
  });
  return ['| key | takes | unless told | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function environmentText(): string {
  const rows = overrides.map(({ variable, path }) => `| \`${variable}\` | \`${path.join('.')}\` |`);
  return `## Variables of the environment

They go before the file; one whose section the file does not have makes that section. An empty one is as one that is not set.

| variable | sets |
| --- | --- |
${rows.join('\n')}`;
}

const head = `# Configuration

Generated by \`npm run docs\` from \`runtime/config/config.ts\`; do not edit.

\`skewless.config.ts\` in the project's folder says how the service runs; every key has a default but the addresses of what it connects to.

\`\`\`ts
import { defineConfig } from 'skewless/config';

export default defineConfig({
  kafka: { brokers: process.env['KAFKA_BROKERS'] },
  history: { url: process.env['HISTORY_URL'], retention: { page_views: '400d' } },
  serve: { http: { host: '0.0.0.0' }, tcp: true, token: process.env['SERVICE_TOKEN'] },
  state: { ceiling: '8GB' },
});
\`\`\`

A duration is a text such as \`'250ms'\`, \`'30s'\`, \`'5m'\`, \`'36h'\` or \`'400d'\`; a day is 24 hours. A size is a text such as \`'512KB'\`, \`'64MB'\` or \`'4GB'\`; a KB is 1,024 bytes. Paths are below the project. A key that is not known, or is undefined because its variable is not set, is an error before anything starts: all of them are told at once. \`skewless config\` prints what takes effect, without the secrets.
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, 'docs', 'configuration.md'), configurationPage());
}
