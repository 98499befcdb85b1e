import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { nearest } from '../../kernels/nearest.ts';
import type { Environment } from './environment.ts';
import { loadModule, reasonOf } from './load-module.ts';
import { ConfigError } from './problems.ts';
import { readConfig } from './read-config.ts';
import type { ReadConfig, Reads } from './read-config.ts';

/** Names of the configuration, the first that is there. */
export const configNames = ['skewless.config.ts', 'skewless.config.js', 'skewless.config.mjs'] as const;

export interface LoadedConfig extends ReadConfig {
  /** The file, absolute. */
  readonly file: string;
}

/**
 * Finds, runs and checks a project's configuration.
 * @param root the project, absolute
 * @param path the file, where it is not in its usual place
 * @param reads what of it is looked at
 * @throws ConfigError where there is none, where it cannot be run, and with everything that is wrong with it
 */
export async function loadConfig(
  root: string,
  path: string | undefined,
  environment: Environment,
  reads: Reads = 'all',
): Promise<LoadedConfig> {
  const file = path === undefined ? find(root) : resolve(root, path);
  const name = relative(root, file) || file;
  if (!existsSync(file)) throw new ConfigError(name, [{ path: '', message: 'there is no such file' }]);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await loadModule(root, file);
  } catch (error) {
    throw new ConfigError(name, [{ path: '', message: `it cannot be run: ${reasonOf(error)}` }]);
  }
  return { file, ...readConfig(module['default'], { root, file: name, environment, reads }) };
}

function find(root: string): string {
  const found = configNames.map(name => join(root, name)).find(file => existsSync(file));
  if (found !== undefined) return found;
  const entries = existsSync(root) ? readdirSync(root) : [];
  const near = nearest(
    configNames[0],
    entries.filter(name => /^\.?s/i.test(name)),
  );
  const help = near === null ? 'write one, or let `skewless init` do it' : `is it ${near}?`;
  throw new ConfigError(configNames[0], [{ path: '', message: `${root} has no such file: ${help}` }]);
}
