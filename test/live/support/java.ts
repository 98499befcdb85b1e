import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MissingPart } from './missing.ts';

/** Sets of jars, each a `<name>.pom.xml` beside this file. */
export type JarSet = 'kafka' | 'connect';

export const javaRemedies = [
  'apt-get install openjdk-17-jre-headless maven    (macOS: brew install openjdk@17 maven)',
  'start Docker',
];

/** The path of a Java of version 17 or later: JAVA_HOME's, else the one on the PATH; null where there is none. */
export function findJava(): string | null {
  const home = process.env['JAVA_HOME'];
  const candidates = home === undefined || home === '' ? ['java'] : [join(home, 'bin', 'java'), 'java'];
  return candidates.find(java => javaVersion(java) >= 17) ?? null;
}

/** 0 where it does not run. */
function javaVersion(java: string): number {
  const { stderr, status } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  return status === 0 ? Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) : 0;
}

export function findMaven(): string | null {
  return spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0 ? 'mvn' : null;
}

/** Where jars are kept from run to run: SKEWLESS_CACHE, else the user's cache folder. */
function cacheFolder(): string {
  const { SKEWLESS_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  return own || join(xdg || join(homedir(), '.cache'), 'skewless');
}

function pomOf(set: JarSet): string {
  return fileURLToPath(new URL(`${set}.pom.xml`, import.meta.url));
}

/** The folder of a set of jars. Its name holds the hash of the pom, and it appears whole or not at all. */
export async function jarFolder(set: JarSet): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(pomOf(set)))
    .digest('hex');
  return join(cacheFolder(), `${set}-${hash.slice(0, 16)}`);
}

/**
 * The class path of a set of jars, fetched by Maven where the cache does not hold them.
 * @throws MissingPart without Maven; Error with what Maven said
 */
export async function classPath(set: JarSet): Promise<string> {
  const folder = await jarFolder(set);
  if (!existsSync(folder)) await fetchJars(set, folder);
  return join(folder, '*');
}

async function fetchJars(set: JarSet, folder: string): Promise<void> {
  const maven = findMaven();
  if (maven === null) throw new MissingPart(`the jars of ${set}`, 'there is no `mvn`', javaRemedies);
  await mkdir(cacheFolder(), { recursive: true });
  const fetched = await mkdtemp(`${folder}.`);
  try {
    await runMaven(maven, pomOf(set), fetched);
    // Another run may have been faster: its jars are the same.
    await rename(fetched, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}

/** Twice where need be: a registry that failed once is asked again for what is still missing. */
async function runMaven(maven: string, pom: string, target: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`];
  const fetch = async (): Promise<unknown> =>
    promisify(execFile)(maven, ['--batch-mode', '--quiet', '--file', pom, ...goal], {
      maxBuffer: 64 * 1024 * 1024,
    });
  try {
    await fetch().catch(fetch);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`Maven could not fetch the jars of ${pom}:\n${stdout}${stderr}`, { cause: error });
  }
}
