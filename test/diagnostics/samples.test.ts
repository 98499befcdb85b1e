import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../generator/analysis/index.ts';
import { catalog, Diagnostics, render } from '../../generator/diagnostics/index.ts';
import type { Diagnostic, Span } from '../../generator/diagnostics/index.ts';
import { loadProject } from '../../generator/frontend/index.ts';
import type { Project } from '../../generator/frontend/index.ts';

/**
 * Every folder of `samples/` is a project that fails with the code in its name: `<code>-<slug>/features.ts`,
 * and the frames it must be answered with in `expected.txt`. `UPDATE_SAMPLES=1` writes them anew: read the
 * difference. All are loaded together, which takes one check of types; one with an `options.json` (options of
 * the loader) is loaded by itself.
 */
const root = fileURLToPath(new URL('./samples', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));

const samples = readdirSync(root, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const together = samples.filter(name => !existsSync(`${root}/${name}/options.json`));

interface Loaded {
  readonly project: Project;
  readonly found: readonly Diagnostic[];
}

async function load(
  folder: string,
  entries: readonly string[],
  options: { readonly tsconfig?: string },
): Promise<Loaded> {
  const report = new Diagnostics();
  const tsconfig = options.tsconfig ?? `${repository}/tsconfig.json`;
  const buildFolder = `${repository}/.skewless/build`;
  const project = await loadProject({ root: folder, entries, tsconfig, buildFolder }, report);
  return { project, found: report.list() };
}

const everything = await load(
  root,
  together.map(name => `${name}/features.ts`),
  {},
);

/** Of one sample: as if its folder were the project. */
async function frames(name: string): Promise<string> {
  const options = `${root}/${name}/options.json`;
  if (existsSync(options)) {
    const alone = JSON.parse(readFileSync(options, 'utf8')) as { readonly tsconfig: string };
    const { project, found } = await load(`${root}/${name}`, ['features.ts'], alone);
    return render(found, project.sources, { color: false });
  }
  const mine = `${name}/features.ts`;
  const { project, found } = everything;
  const declarations = project.declarations.filter(({ file }) => file === mine);
  const made = project.made.filter(value => project.spanOf(value)?.file === mine);
  const report = new Diagnostics();
  const loading = found.filter(({ span }) => span?.file === mine);
  if (declarations.length > 0 || loading.length === 0)
    analyse({ ...project, declarations, made }, 'features', report);
  const local = (span: Span): Span => ({ ...span, file: span.file.replace(`${name}/`, '') });
  const shown = [...loading, ...report.list()].map(diagnostic => ({
    ...diagnostic,
    span: diagnostic.span && local(diagnostic.span),
    related: diagnostic.related.map(related => ({ ...related, span: local(related.span) })),
  }));
  const sources = new Map([...project.sources].map(([file, text]) => [file.replace(`${name}/`, ''), text]));
  return render(shown, new Map([...sources, ['features.ts', project.sources.get(mine)!]]), { color: false });
}

describe('every sample is answered with its frames', () => {
  for (const name of samples) {
    test(name, async () => {
      const actual = await frames(name);
      const path = `${root}/${name}/expected.txt`;
      if (process.env['UPDATE_SAMPLES'] !== undefined) writeFileSync(path, actual);
      expect(actual).toContain(`error ${name.split('-')[0]}:`);
      expect(actual).toBe(readFileSync(path, 'utf8'));
    });
  }
});

test('every code has a sample', () => {
  const shown = new Set(samples.map(name => name.split('-')[0]));
  expect(Object.keys(catalog).filter(code => !shown.has(code))).toEqual([]);
});
