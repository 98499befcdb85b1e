import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Diagnostics } from '../../../generator/diagnostics/index.ts';
import { DeclarationCache, loadProject } from '../../../generator/frontend/index.ts';
import type { Project } from '../../../generator/frontend/index.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Shared by the loads of one file of tests. */
const cache = new DeclarationCache();

/** A project of these files, below the repository so that packages resolve. */
export class TemporaryProject {
  readonly root: string;

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(join(repository, '.skewless'), { recursive: true });
    this.root = mkdtempSync(join(repository, '.skewless', 'test-'));
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
  }

  async load(
    ...entries: readonly string[]
  ): Promise<{ readonly project: Project; readonly report: Diagnostics }> {
    const report = new Diagnostics();
    const tsconfig = join(repository, 'tsconfig.json');
    const project = await loadProject({ root: this.root, entries, tsconfig, cache }, report);
    return { project, report };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
