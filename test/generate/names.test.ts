import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { declarationProblem } from '../../generator/analysis/names.ts';
import { generate } from '../../generator/index.ts';
import { TemporaryProject } from '../frontend/support/temporary.ts';

// Names and texts that mean something to JavaScript, SQL or the generated code itself.

const words = [
  'select',
  'user',
  'order',
  'group',
  'table',
  'where',
  'from',
  'limit',
  'in',
  'new',
  'class',
  'function',
  'arguments',
  'eval',
  'await',
  'yield',
  'let',
  'undefined',
  'name',
  'length',
  'key',
  'value',
  'row',
  'rows',
  'state',
  'slot',
  'group_state',
  'e',
  'f',
  'v',
  'null',
  'true',
  'default',
  'delete',
  'this',
  'promise',
  'object',
  'k0',
  'time',
  'lane',
  'offset',
  'kysely',
  'sql',
  'program',
];
const texts = [
  `a'b`,
  'c"d',
  'e`f',
  '${g}',
  '*/',
  '\\',
  'x\ny',
  '',
  `'; drop table x; --`,
  'é',
  '__proto__',
  '\u2028',
  '$1',
  '\u{1F600}',
];

/** Two names that PostgreSQL would cut to one, were anything added. */
const longest = 'x'.repeat(62);

/** What may be a group or a source too. */
const free = words.filter(word => declarationProblem('group', word) === null);

const declarations = `import { z } from 'zod';
import { entity, features, int, ratio, stream, timestamp, vector } from 'skewless';
const kinds = ${JSON.stringify(texts)} as const;
/** Text that ends a comment: ${'*'}\\/ and \${x} and \` and -- and 'q' "d" $1. */
const events = stream('events', {
  schema: z.object({ user_id: int(), kind: z.enum(kinds), at: timestamp(), ${words.map(word => `${word}: z.number()`).join(', ')} }),
  eventTime: 'at',
});
const user = entity('user', { user_id: int() });
/** Text that ends a comment: ${'*'}\\/ and \${x} and \` and -- and 'q' "d" $1. */
export const all = features('all', {
  entity: user,
  features: {
    kind: events.last(e => e.kind),
    ${longest}a: ratio(events.count(), events.count({ over: '1h' })),
    ${longest}b: ratio(events.count(), events.count({ over: '2h' })),
    joined: events.last(e => \`\${e.kind}${texts.map(text => JSON.stringify(text).slice(1, -1).replaceAll('`', '\\`').replaceAll('${', '\\${')).join('')}\`),
    quoted: events.count({ where: e => e.kind === ${JSON.stringify(texts[8])} || kinds.includes(e.kind) }),
    ${words.map(word => `${word}: events.sum(e => e.${word}, { over: '1h' })`).join(',\n    ')},
  },
}).derive({ ${words.map(word => `of_${word}: f => f.${word} ?? 0`).join(', ')} });
export const everything = vector('everything', {
  request: { id: int(), ${words.map(word => `with_${word}: z.number()`).join(', ')} },
  take: v => v.get(all, { user_id: v.request.id }),
}).derive({ ${words.map(word => `and_${word}: f => (f.${word} ?? 0) + f.with_${word}`).join(', ')} });
${free
  .map(
    word =>
      `const s_${word} = stream('${word}', { schema: z.object({ user_id: int(), at: timestamp() }), eventTime: 'at' });\n` +
      `export const g_${word} = features('${word}', { entity: user, features: { n: s_${word}.count() } });\n`,
  )
  .join('')}`;

test('generated code of any names and texts is TypeScript without errors, in files of its own', async () => {
  const files = new TemporaryProject({
    'features/a.ts': declarations,
    'tsconfig.json': JSON.stringify({
      extends: '../../tsconfig.json',
      include: ['generated'],
      exclude: [],
    }),
  });
  try {
    const {
      files: generated,
      diagnostics,
      program,
    } = await generate({ root: files.root, features: 'features' });
    expect(diagnostics).toEqual([]);
    const paths = generated!.map(({ path }) => path.toLowerCase());
    expect(new Set(paths).size).toBe(paths.length);
    const columns = program!.groups[0]!.aggregates.map(({ name }) => name.slice(0, 63));
    expect(new Set(columns).size).toBe(columns.length);
    files.write(Object.fromEntries(generated!.map(({ path, text }) => [join('generated', path), text])));
    const { config } = ts.readConfigFile(join(files.root, 'tsconfig.json'), path => ts.sys.readFile(path));
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, files.root);
    const found = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
    expect(
      found.map(
        ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      ),
    ).toEqual([]);
  } finally {
    files.remove();
  }
});

test('what would meet is refused as a name', () => {
  const refused = words.filter(word => !free.includes(word));
  expect(refused).toEqual([
    'in',
    'new',
    'class',
    'function',
    'arguments',
    'eval',
    'await',
    'yield',
    'let',
    'null',
    'true',
    'default',
    'delete',
    'this',
  ]);
});
