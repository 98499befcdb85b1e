import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { render } from '../../generator/diagnostics/index.ts';
import type { Diagnostic } from '../../generator/diagnostics/index.ts';
import { generate } from '../../generator/index.ts';
import type { Declaration } from '../../testing/index.ts';
import type { StreamProgram } from '../../runtime/engine/program.ts';
import type { SqlProgram } from '../../runtime/history/program.ts';
import type { ThreeWayProgram } from './three-ways/program.ts';

/** Inside the repository, so that `skewless` is this very package, by its own exports. */
const folder = fileURLToPath(new URL('../../.skewless/projects/', import.meta.url));

/** TypeScript found errors in what a test drew, or lowering refused it. */
export class NotGenerated extends Error {
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    rendered: string,
  ) {
    super(rendered);
  }
}

/** Feature modules as a project of their own, generated and loaded. */
export interface TemporaryProject {
  /** Its folder, absolute. */
  readonly root: string;
  readonly program: ThreeWayProgram;
  remove(): void;
}

/**
 * Writes the modules into a fresh project, generates by the real front end, writes the files and imports them.
 * @param modules texts by path below `features/`
 * @throws NotGenerated with what the generator said
 */
export async function temporaryProject(modules: Readonly<Record<string, string>>): Promise<TemporaryProject> {
  mkdirSync(folder, { recursive: true });
  const root = mkdtempSync(join(folder, 'p-'));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    write(root, 'tsconfig.json', JSON.stringify(tsconfig));
    for (const [path, text] of Object.entries(modules)) write(root, join('features', path), text);
    const { files, program, diagnostics, sources } = await generate({ root, features: 'features' });
    if (files === null || program === null) {
      throw new NotGenerated(diagnostics, render(diagnostics, sources, { color: false }));
    }
    for (const { path, text } of files) write(root, join('generated', path), text);
    const declarations = new Set<Declaration>();
    for (const path of Object.keys(modules)) {
      for (const declaration of declarationsIn(await load(root, join('features', path))))
        declarations.add(declaration);
    }
    const { program: stream } = await load<{ program: StreamProgram }>(root, 'generated/stream/index.ts');
    const { program: sql } = await load<{ program: SqlProgram }>(root, 'generated/sql/index.ts');
    return { root, program: { declarations: [...declarations], plan: program, stream, sql }, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

const tsconfig = {
  extends: '../../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['features', 'generated'],
  exclude: [],
};

function write(root: string, path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function load<T>(root: string, path: string): Promise<T> {
  return (await import(/* @vite-ignore */ pathToFileURL(join(root, path)).href)) as T;
}

/** The groups and vectors among the exports of feature modules. */
export function declarationsIn(exports: Readonly<Record<string, unknown>>): Declaration[] {
  return Object.values(exports).filter((value): value is Declaration => {
    const { kind } = (value ?? {}) as { readonly kind?: unknown };
    return kind === 'features' || kind === 'vector';
  });
}
