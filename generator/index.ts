import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { analyse } from './analysis/index.ts';
import { catalogBackend } from './backends/catalog/index.ts';
import { clientBackend } from './backends/client/index.ts';
import { servingBackend } from './backends/serving/index.ts';
import { sqlBackend } from './backends/sql/index.ts';
import { streamBackend } from './backends/stream/index.ts';
import { Diagnostics } from './diagnostics/index.ts';
import type { Diagnostic, Sources } from './diagnostics/index.ts';
import type { GeneratedFile } from './emit/file.ts';
import { loadProject } from './frontend/index.ts';
import type { DeclarationCache } from './frontend/index.ts';
import type { Program } from './ir/index.ts';
import { versionsOf } from './lock/compare.ts';
import { EMPTY_LOCK, LOCK_NAME, parseLock } from './lock/lock-file.ts';
import type { Lock } from './lock/lock-file.ts';
import { meaningsOf } from './lock/meanings.ts';
import type { Meaning } from './lock/meanings.ts';

export interface GenerateInput {
  /** The project, absolute. */
  readonly root: string;
  /** The folder of the declarations, below the root. */
  readonly features: string;
  /** Kept from run to run in watch mode: declaration files are then parsed once. */
  readonly cache?: DeclarationCache;
}

export interface Generated {
  /** The whole output, sorted by path; null when anything is wrong. */
  readonly files: readonly GeneratedFile[] | null;
  /** Everything found, sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** The authors' files by path, for the frames of diagnostics. */
  readonly sources: Sources;
  readonly program: Program | null;
  /** `features.lock.json`; empty where there is none. */
  readonly lock: Lock;
  /** What every feature means, by `group.feature`. */
  readonly meanings: ReadonlyMap<string, Meaning>;
}

/**
 * declarations → front end → analysis → backends: the whole pipeline. Writes nothing but its own build folder.
 * @throws LockError where features.lock.json cannot be read
 */
export async function generate(input: GenerateInput): Promise<Generated> {
  const report = new Diagnostics();
  const lock = readLock(input.root);
  const project = await loadProject(
    { root: input.root, entries: modulesIn(input), ...(input.cache ? { cache: input.cache } : {}) },
    report,
  );
  const program = analyse(project, input.features, report);
  const sources = project.sources;
  if (!report.empty || program === null)
    return { files: null, diagnostics: report.list(), sources, program: null, lock, meanings: new Map() };
  const meanings = meaningsOf(program);
  const versions = versionsOf(lock, meanings);
  const files = [
    ...streamBackend(program),
    ...sqlBackend(program, versions),
    ...clientBackend(program),
    ...servingBackend(program, versions),
    ...catalogBackend(program, versions),
  ];
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, diagnostics: [], sources, program, lock, meanings };
}

function readLock(root: string): Lock {
  const path = join(root, LOCK_NAME);
  return existsSync(path) ? parseLock(readFileSync(path, 'utf8')) : EMPTY_LOCK;
}

/** Every module of the features folder, nested ones too; tests and type declarations are none. */
function modulesIn({ root, features }: GenerateInput): string[] {
  return readdirSync(join(root, features), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !/\.(test|spec|d)\.ts$/.test(name))
    .sort()
    .map(name => join(features, name));
}
