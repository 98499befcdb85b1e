import { describe, expect, test } from 'vitest';
import { program } from '../../cli/program.ts';
import { run, testProject } from './support.ts';

test('the help lists every command, and begins with the first steps', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  for (const { name } of commands()) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect(stdout).toContain('npx skewless init');
});

const commands = (): { readonly name: string }[] =>
  program().commands.map(command => ({ name: command.name() }));

describe('each command', () => {
  test.each(commands())('$name has a description, examples, and a word for each option', ({ name }) => {
    const command = program().commands.find(each => each.name() === name)!;
    expect(command.description().length).toBeGreaterThan(20);
    expect(command.options.every(({ description }) => description !== '')).toBe(true);
    let help = '';
    command.configureOutput({ writeOut: text => void (help += text) });
    command.outputHelp();
    expect(help).toContain('Examples:');
    expect(help).toContain(`$ skewless ${name}`);
    expect(help).toContain('--debug');
  });
});

test('no command is an error that shows them all; a wrong one names the nearest', async () => {
  const [none, wrong] = await Promise.all([run([]), run(['stauts'])]);
  expect(none).toMatchObject({ code: 1 });
  expect(none.stderr).toContain('Commands:');
  expect(wrong).toMatchObject({
    code: 1,
    stderr: "error: unknown command 'stauts'\n(Did you mean status?)\n",
  });
});

/** Tells which modules are resolved, on standard error. */
const spy = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(
    'export async function resolve(name, context, next) { const found = await next(name, context); process._rawDebug("module " + found.url); return found; }'));
`)}`;

test('a service never loads the compiler, and the help nothing but the help', async () => {
  const { root, remove } = testProject();
  try {
    const [help, service] = await Promise.all([
      run(['--help'], {}, ['--import', spy]),
      run(['run', '--root', root], {}, ['--import', spy]),
    ]);
    expect(service.stderr).toContain('skewless.config.ts has a problem');
    const packages = ({ stderr }: { readonly stderr: string }): Set<string> =>
      new Set(
        [...stderr.matchAll(/^module .*\/node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(match => match[1]!),
      );
    expect([...packages(help)].filter(name => !/tsx|esbuild/.test(name)).sort()).toEqual([
      'commander',
      'picocolors',
    ]);
    expect(packages(service)).toContain('pino');
    for (const heavy of ['ts-morph', 'typescript', 'chokidar', 'diff', 'kysely']) {
      expect(packages(service)).not.toContain(heavy);
    }
  } finally {
    remove();
  }
});
