import { header } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import type { Program } from '../../ir/index.ts';
import { access } from './expressions.ts';
import { computeName } from './derived.ts';

interface Body {
  readonly module: string;
  readonly path: readonly string[];
}

/**
 * `stream/compute.ts`: the authors' own functions that `compute` declares, by the names the group modules use.
 * It is the one generated file that imports declarations; a program without `compute` has none.
 */
export function computeFile(program: Program): GeneratedFile[] {
  const bodies = new Map<string, Body>();
  for (const { derived } of [...program.groups, ...program.vectors]) {
    for (const { body } of derived) {
      if (body.kind !== 'compute') continue;
      bodies.set(computeName(body.module, body.export), { module: body.module, path: body.export });
    }
  }
  if (bodies.size === 0) return [];
  const named = [...bodies].sort(([a], [b]) => (a < b ? -1 : 1));
  const modules = [...new Set(named.map(([, { module }]) => module))].sort();
  const alias = (module: string): string => `module${modules.indexOf(module)}`;
  return [
    {
      path: 'stream/compute.ts',
      text:
        header() +
        "// The one generated file that imports declarations: the functions that `compute` runs are the authors' own.\n" +
        "import { computeOf } from 'skewless/abi';\n" +
        modules.map(module => `import * as ${alias(module)} from '../../${module}';\n`).join('') +
        '\n' +
        named
          .map(
            ([name, { module, path }]) =>
              `export const ${name} = computeOf(${alias(module)}, ${JSON.stringify(path)}); // ${module}${path.map(access).join('')}\n`,
          )
          .join(''),
    },
  ];
}
