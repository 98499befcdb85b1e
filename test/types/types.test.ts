import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

/**
 * Every function of the language, its inferred types and its refusals: the files `*.types.ts` claim them with
 * `holds<…>` and `@ts-expect-error`, so that compiling them is the test.
 */
describe('types', () => {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), name => ts.sys.readFile(name));
  const { options } = ts.parseJsonConfigFileContent(
    { ...config.config, include: [], files: ['package.json'] },
    ts.sys,
    root,
  );
  const files = readdirSync(here)
    .filter(name => name.endsWith('.types.ts'))
    .map(name => join(here, name));
  const program = ts.createProgram(files, options);
  const problems = ts.getPreEmitDiagnostics(program).map(problem => {
    const at = problem.file?.getLineAndCharacterOfPosition(problem.start ?? 0);
    return `${problem.file?.fileName}:${(at?.line ?? 0) + 1}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`;
  });

  it('are inferred as claimed, and refused as claimed', () => {
    expect(problems).toEqual([]);
  });

  /** Type-checking time is the author's time. Raise this number only with a reason in the commit. */
  it('cost no more instantiations than they did', () => {
    const count = (program as unknown as { getInstantiationCount(): number }).getInstantiationCount();
    expect(count).toBeLessThan(27_000);
    console.log(`types: ${count} instantiations`);
  });
});
