import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FeatureGroup, Source } from '../../dsl/index.ts';
import type { AnyFeatureGroup, AnyLambda, Compute } from '../../dsl/index.ts';
import { render } from '../../generator/diagnostics/index.ts';
import type { Diagnostics } from '../../generator/diagnostics/index.ts';
import type { Project } from '../../generator/frontend/index.ts';
import { TemporaryProject } from './support/temporary.ts';

const shop = `import { z } from 'zod';
import { compute, entity, features, int, perWindow, stream, timestamp } from 'skewless';
import { big } from './helpers.ts';

/**
 * What users do.
 * @deprecated tags are not taken along
 */
export const events = stream('events', {
  schema: z.object({
    /** Who did it. */
    user_id: int(),
    amount: z.number(),
    at: timestamp(),
  }),
  eventTime: 'at',
});
const user = entity('user', { user_id: int() });

const common = {
  /** All of them. */
  n: events.count(),
  /** Under its own comment. */
  m: events.count(),
};
/** Made elsewhere. */
const most = events.max(e => e.amount);

/** What a user did. */
export const activity = features('activity', {
  entity: user,
  features: {
    /** The big ones. */
    big: events.count({ where: big, over: '7d' }),
    most,
    /** Of many windows. */
    ...perWindow('n', ['1h', '1d'], over => events.count({ over })),
    ...perWindow('sums', ['1h'], over => ({
      /** Inside. */
      a: events.sum(e => e.amount, { over }),
    })),
    ...common,
    n: events.count({ over: '1h' }),
  },
}).derive({
  /** Twice. */
  twice: compute(f => f.n * 2),
});
`;
const helpers = `export const big = (e: { readonly amount: number }) => e.amount > 100;\n`;

function group(project: Project): AnyFeatureGroup {
  return project.declarations.find(({ exportName }) => exportName === 'activity')!.value as AnyFeatureGroup;
}

describe('places', () => {
  let files: TemporaryProject;
  let project: Project;
  let report: Diagnostics;
  beforeAll(async () => {
    files = new TemporaryProject({ 'features/shop.ts': shop, 'features/helpers.ts': helpers });
    ({ project, report } = await files.load('features/shop.ts'));
  });
  afterAll(() => files.remove());

  test('declarations stand in order, of the one language', () => {
    expect(render(report.list(), project.sources, { color: false })).toBe('');
    expect(project.declarations.map(({ file, exportName }) => `${file} ${exportName}`)).toEqual([
      'features/shop.ts events',
      'features/shop.ts activity',
    ]);
    expect(project.declarations[0]!.value).toBeInstanceOf(Source);
    expect(group(project)).toBeInstanceOf(FeatureGroup);
    expect([...project.sources.keys()]).toEqual(['features/shop.ts', 'features/helpers.ts']);
  });

  test('doc comments', () => {
    const activity = group(project);
    const doc = (name: string): string | null => project.docOfProperty(activity, name);
    expect(project.docOf(activity)).toBe('What a user did.');
    expect(project.docOf(project.declarations[0]!.value as object)).toBe('What users do.');
    expect(doc('big')).toBe('The big ones.');
    expect(doc('most')).toBe('Made elsewhere.');
    expect([doc('n_1h'), doc('n_1d')]).toEqual(['Of many windows.', 'Of many windows.']);
    expect(doc('sums_1h_a')).toBe('Inside.');
    expect(doc('m')).toBe('Under its own comment.');
    expect(doc('twice')).toBe('Twice.');
    const source = project.declarations[0]!.value as object;
    expect(project.docOfColumn(source, 'user_id')).toBe('Who did it.');
    expect(project.docOfColumn(source, 'amount')).toBeNull();
  });

  test('spans and origins', () => {
    const activity = group(project);
    const text = (span: { start: number; end: number } | null): string | null =>
      span && shop.slice(span.start, span.end);
    const { big } = activity.options.features;
    expect(project.originOf(big!)).toEqual({ file: 'features/shop.ts', line: 34 });
    expect(text(project.spanOf(big!))).toBe("events.count({ where: big, over: '7d' })");
    expect(text(project.spanOfProperty(big!, 'over'))).toBe('over');
    expect(text(project.spanOfProperty(activity, 'twice'))).toBe('twice');
    expect(text(project.spanOfProperty(activity, 'n_1d'))).toMatch(/^\.\.\.perWindow\('n'/);
    expect(text(project.spanOfArgument(activity.options.entity, 0))).toBe("'user'");
    expect(text(project.spanOfProperty(project.declarations[0]!.value as object, 'amount'))).toBe('amount');
    expect(project.originOf({})).toBeNull();
  });

  test('names given twice', () => {
    const found = project.duplicatesIn(group(project));
    expect(found.map(({ name }) => name)).toEqual(['n']);
    expect(found[0]!.related.map(({ message }) => message)).toEqual(["'n' comes from this spread"]);
  });

  test('the way to a computed feature, and its type', () => {
    const { run } = group(project).layers[0]!['twice'] as Compute<never>;
    expect(project.exportPathOf(run)).toEqual({
      module: 'features/shop.ts',
      export: ['activity', 'layers', '0', 'twice', 'run'],
    });
    expect(project.returnTypeOf(run)).toEqual({ type: { kind: 'double' }, nullable: false, text: 'number' });
  });
});

test('ends of lines are no part of a doc comment, or of the text of a function', async () => {
  const text = `/**
 * In two
 * lines.
 */
export const value = { of: 1 };
export const run = () => \`a
b\`;
`;
  const files = new TemporaryProject({ 'lf.ts': text, 'crlf.ts': text.replaceAll('\n', '\r\n') });
  try {
    const { project } = await files.load('lf.ts', 'crlf.ts');
    const [value, run, ...others] = project.declarations.map(declaration => declaration.value as object);
    expect(project.docOf(value!)).toBe('In two\nlines.');
    expect(project.docOf(others[0]!)).toBe('In two\nlines.');
    const code = project.codeOf(run as AnyLambda).text;
    expect(code).toContain('`a\nb`');
    expect(project.codeOf(others[1] as AnyLambda).text).toBe(code);
  } finally {
    files.remove();
  }
});

describe('running', () => {
  let files: TemporaryProject;
  afterEach(() => files.remove());

  test('leaves nothing behind, and sees a changed file', async () => {
    files = new TemporaryProject({
      'a.ts': `export { b } from './b.ts';\n`,
      'b.ts': 'export const b = { is: 1 };\n',
    });
    const first = await files.load('a.ts');
    files.write({ 'b.ts': 'export const b = { is: 2 };\n' });
    const second = await files.load('a.ts');
    expect(first.project.declarations[0]!.value).toEqual({ is: 1 });
    expect(second.project.declarations[0]!.value).toEqual({ is: 2 });
    const build = join(files.root, '.skewless', 'build');
    expect(existsSync(build) ? readdirSync(build) : []).toEqual([]);
  });

  test('syntax of every kind passes through unchanged', async () => {
    files = new TemporaryProject({
      'a.ts': `
import data from './data.json' with { type: 'json' };
let [first, ...others] = [{ x: 1, m() { return this.x; } }, 2, 3] as const;
let y: number;
({ y = 5 } = {} as { y?: number });
for (const { z = f(1) } of [{} as { z?: number }]) y += z;
class Box<T> { constructor(readonly value: T) {} get twice() { return [this.value, this.value]; } }
function f(x: number): number { return x + 1; }
export default function () { return f(others[0]); }
const chain = [{ a: { b: () => [1, 2] } }][0]?.a.b()?.map(v => v * 2);
const awaited = await Promise.resolve(f(1));
const rest = { ...{ p: 1 }, get q() { return 2; }, async *[Symbol.asyncIterator]() {} };
const nested = \`\${[1, 2].map(v => \`<\${f(v)}>\`).join('')}\`
export const all = { first: first.m(), y, box: new Box(1).twice, chain, awaited, p: rest.p, q: rest.q, nested, data }
export const [one, { two }] = [f(0), { two: 2 }]
`,
      'data.json': '{ "from": "json" }',
    });
    const { project } = await files.load('a.ts');
    const values = Object.fromEntries(
      project.declarations.map(({ exportName, value }) => [exportName, value]),
    );
    expect((values['default'] as () => number)()).toBe(3);
    expect(values).toMatchObject({
      all: {
        first: 1,
        y: 7,
        box: [1, 1],
        chain: [2, 4],
        awaited: 2,
        p: 1,
        q: 2,
        nested: '<2><3>',
        data: { from: 'json' },
      },
      one: 1,
      two: 2,
    });
  });

  test('cycles of modules, hoisted functions called before their module has run', async () => {
    files = new TemporaryProject({
      'a.ts': `import { b } from './b.ts';\nexport function early() { return [late(1)]; }\nconst late = (x: number) => x;\nexport const a = () => b;\n`,
      'b.ts': `import { early } from './a.ts';\nexport const b = typeof early;\n`,
    });
    const { project, report } = await files.load('a.ts');
    expect(report.list()).toEqual([]);
    expect(project.declarations.map(({ exportName }) => exportName)).toEqual(['early', 'a']);
  });

  test('an error is told once, at the call that threw', async () => {
    files = new TemporaryProject({
      'a.ts': `import { b } from './b.ts';\nexport const a = [b];\n`,
      'b.ts': `import { decimal } from 'skewless';\nconst wide = (digits: number) => decimal(digits, 2);\nexport const b = wide(20);\n`,
    });
    const { project, report } = await files.load('a.ts', 'b.ts');
    expect(report.list().map(({ code }) => code)).toEqual(['SK103']);
    expect(render(report.list(), project.sources, { color: false })).toContain('b.ts:2:34 error SK103');
    expect(project.declarations).toEqual([]);
  });

  test('a module with an error of syntax does not run, others do', async () => {
    files = new TemporaryProject({ 'a.ts': `export const a = (;\n`, 'b.ts': `export const b = 1;\n` });
    const { project, report } = await files.load('a.ts', 'b.ts');
    expect(new Set(report.list().map(({ code }) => code))).toEqual(new Set(['SK100']));
    expect(project.declarations.map(({ exportName }) => exportName)).toEqual(['b']);
  });
});
