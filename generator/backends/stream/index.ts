import { camelCase, header, kebabCase, quote } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import { ABI_VERSION } from '../../emit/file.ts';
import { programFingerprint } from '../../ir/fingerprint.ts';
import type { Program } from '../../ir/index.ts';
import { computeFile } from './compute-file.ts';
import { groupFile } from './group-file.ts';
import { sourceFile } from './source-file.ts';
import { vectorFile } from './vector-file.ts';

/** The streaming side of a program: a module for each source, group and vector, and an index over them. */
export function streamBackend(program: Program): GeneratedFile[] {
  return [
    ...program.sources.map(sourceFile),
    ...program.groups.map(group => groupFile(program, group)),
    ...program.vectors.map(vector => vectorFile(program, vector)),
    ...computeFile(program),
    indexFile(program),
  ];
}

function indexFile(program: Program): GeneratedFile {
  const modules = [
    ...program.sources.map(({ name }) => ({
      name: `${camelCase(name)}Source`,
      path: `./${kebabCase(name)}-source.ts`,
    })),
    ...program.groups.map(({ name }) => ({
      name: `${camelCase(name)}Group`,
      path: `./${kebabCase(name)}.ts`,
    })),
    ...program.vectors.map(({ name }) => ({
      name: `${camelCase(name)}Vector`,
      path: `./${kebabCase(name)}-vector.ts`,
    })),
  ];
  const list = (names: readonly string[]): string => `[${names.join(', ')}]`;
  return {
    path: 'stream/index.ts',
    text:
      header() +
      "import type { StreamProgram } from 'skewless/abi';\n" +
      modules.map(({ name, path }) => `import { ${name} } from '${path}';\n`).join('') +
      '\n/** What the engine runs: `new Engine(program)`. */\nexport const program: StreamProgram = {\n' +
      `  abi: ${ABI_VERSION},\n  fingerprint: ${quote(programFingerprint(program))},\n` +
      `  sources: ${list(program.sources.map(({ name }) => `${camelCase(name)}Source`))},\n` +
      `  groups: ${list(program.groups.map(({ name }) => `${camelCase(name)}Group`))},\n` +
      `  vectors: ${list(program.vectors.map(({ name }) => `${camelCase(name)}Vector`))},\n};\n`,
  };
}
