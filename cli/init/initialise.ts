import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { home } from '../home.ts';
import { movedTo } from './moved-to.ts';

export interface Initialised {
  /** Paths below the root. */
  readonly written: readonly string[];
  /** What was there already, and was left as it is. */
  readonly kept: readonly string[];
}

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const scripts = {
  generate: 'skewless generate',
  check: 'skewless generate --check && tsc',
  test: 'node --import tsx --test test/*.test.ts',
  start: 'skewless run',
  status: 'skewless status',
};

/**
 * Makes a folder a project of its own: a first feature with its test, a configuration of the service, a
 * tsconfig, and in `package.json` the scripts and packages they need. What is there already is never overwritten.
 * @param now ms; the events of the first file end a minute before, so that the first read finds them in its windows
 * @throws Failure where `package.json` says CommonJS: declarations and generated code are ES modules
 */
export function initialise(root: string, now: number): Initialised {
  const manifest = completeManifest(root);
  const written: string[] = [];
  const kept: string[] = [];
  const template = join(home, 'template');
  for (const entry of readdirSync(template, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    // npm leaves a file named .gitignore out of a package.
    const path = from.slice(template.length + 1).replace(/^gitignore$/, '.gitignore');
    if (existsSync(join(root, path))) {
      kept.push(path);
      continue;
    }
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path.startsWith('data') ? recent(from, now) : readFileSync(from));
    written.push(path);
  }
  if (manifest !== null) {
    writeFileSync(join(root, 'package.json'), manifest);
    written.push('package.json');
  } else kept.push('package.json');
  return { written: written.sort(), kept: kept.sort() };
}

const MINUTE = 60_000;

function recent(file: string, now: number): string {
  return movedTo(readFileSync(file, 'utf8'), now - MINUTE);
}

/** The text of `package.json` with what is missing; null where nothing is. */
function completeManifest(root: string): string | null {
  const path = join(root, 'package.json');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : null;
  const given = text === null ? newManifest(root) : (JSON.parse(text) as PackageJson);
  if (given.type !== undefined && given.type !== 'module') {
    throw new Failure(
      `package.json says "type": "${given.type}", and skewless needs "module": \`npm pkg set type=module\`, or choose another folder`,
    );
  }
  const own = readManifest(home);
  const all = { ...given.devDependencies, ...given.dependencies };
  const missing = (from: PackageJson['dependencies'], names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.filter(name => !(name in all)).map(name => [name, from![name]!]));
  const completed = {
    ...given,
    type: 'module',
    scripts: { ...scripts, ...withoutPlaceholder(given.scripts) },
    dependencies: {
      ...missing({ skewless: own.version! }, ['skewless']),
      ...given.dependencies,
      ...missing(own.dependencies, ['kysely', 'zod']),
    },
    devDependencies: {
      ...given.devDependencies,
      // skewless has it too, but only npm puts that copy where `node --import tsx` finds it.
      ...missing(own.dependencies, ['tsx']),
      ...missing(own.devDependencies, ['@types/node', 'typescript']),
    },
  };
  const result = `${JSON.stringify(completed, null, 2)}\n`;
  return result === text ? null : result;
}

/** `npm init` leaves a `test` that only fails. */
function withoutPlaceholder(given: PackageJson['scripts'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given).filter(([, script]) => !script.includes('no test specified')),
  );
}

function readManifest(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

function newManifest(root: string): PackageJson {
  const name = basename(resolve(root))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return { name: name === '' ? 'features' : name, private: true };
}
