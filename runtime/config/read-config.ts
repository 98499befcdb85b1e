import { hostname } from 'node:os';
import { nearest } from '../../kernels/nearest.ts';
import type { z } from 'zod';
import { applyEnvironment, overrides } from './environment.ts';
import type { Environment } from './environment.ts';
import { isObject, keyPaths } from './leaf.ts';
import { ConfigError, given, pathText } from './problems.ts';
import type { ConfigProblem } from './problems.ts';
import { configSchema } from './schema.ts';
import type { Settings } from './settings.ts';

export interface ReadOptions {
  /** The project, absolute. */
  readonly root: string;
  /** How messages name the configuration. */
  readonly file: string;
  /** `process.env`, where a program starts. */
  readonly environment: Environment;
  /** All that a service needs, unless told otherwise; or what work over the history does, which needs no other server. */
  readonly reads?: Reads;
  /** The machine's name, which the default group id holds; asked of the system unless told. */
  readonly hostname?: string;
}

export type Reads = 'all' | 'history';

/** Work over the history may be done where Kafka cannot be reached, and its secrets are not set. */
const ofServiceOnly = new Set(['kafka', 'serve', 'redis']);

export interface ReadConfig {
  readonly settings: Settings;
  /** Paths that the environment has set, each with its variable. */
  readonly fromEnvironment: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/**
 * From what an author wrote to settings: the environment's word first, then checks, then defaults.
 * @throws ConfigError with everything that is wrong
 */
export function readConfig(config: unknown, options: ReadOptions): ReadConfig {
  if (!isObject(config)) {
    const message = `must export its configuration as default: export default defineConfig({ … }); it exports ${config === undefined ? 'none' : given(config)}`;
    throw new ConfigError(options.file, [{ path: '', message }]);
  }
  const applied = applyEnvironment(config, options.environment);
  const overridden =
    options.reads === 'history' ? { ...applied, config: withoutService(applied.config) } : applied;
  const schema = configSchema({ root: options.root, hostname: options.hostname ?? hostname() });
  const unset = unsetValues(overridden.config, []);
  const result = schema.safeParse(overridden.config);
  const told = new Set(unset.map(({ path }) => path));
  const wrong = result.success
    ? []
    : result.error.issues.flatMap(issue => problemsOf(issue, keyPaths(schema)));
  const problems = [...overridden.problems, ...unset, ...wrong.filter(({ path }) => !told.has(path))];
  if (problems.length > 0 || !result.success)
    throw new ConfigError(options.file, problems.map(naming(overridden.used)));
  return { settings: result.data, fromEnvironment: overridden.used, warnings: overridden.warnings };
}

function withoutService(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !ofServiceOnly.has(key)));
}

/** A key that is there without a value is a variable that is not set, and never silently the default. */
function unsetValues(value: unknown, path: readonly PropertyKey[]): ConfigProblem[] {
  if (value === undefined) {
    const variable = overrides.find(override => override.path.join('.') === path.join('.'))?.variable;
    const otherwise = variable === undefined ? '' : `, set ${variable}`;
    return [
      {
        path: pathText(path),
        message: `is undefined: is the environment variable that it is read from set? Set it${otherwise}, or leave the key out`,
      },
    ];
  }
  // Bytes are a value.
  if (!isObject(value) || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([key, each]) => unsetValues(each, [...path, key]));
}

function problemsOf(issue: z.core.$ZodIssue, valid: readonly (readonly string[])[]): ConfigProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: pathText(issue.path), message: issue.message }];
  return issue.keys.map(key => ({
    path: pathText([...issue.path, key]),
    message: `there is no such key; ${instead(issue.path, key, valid)}`,
  }));
}

/** The nearest key of the section; or where a key of that name is right; or the keys there are. */
function instead(
  section: readonly PropertyKey[],
  key: string,
  valid: readonly (readonly string[])[],
): string {
  const isHere = (path: readonly string[]): boolean =>
    path.length === section.length + 1 && section.every((part, at) => path[at] === part || path[at] === '*');
  const here = valid.filter(isHere).map(path => path.at(-1)!);
  const near = nearest(key, here);
  if (near !== null) return `did you mean ${pathText([...section, near])}?`;
  const name =
    nearest(
      key,
      valid.map(path => path.at(-1)!),
    ) ?? key;
  const elsewhere = valid.filter(path => path.at(-1) === name || path.at(-1) === key);
  if (elsewhere.length > 0 && elsewhere.length <= 3) {
    return `did you mean ${elsewhere.map(path => path.join('.').replaceAll('*', '<name>')).join(' or ')}?`;
  }
  return `there are ${here.join(', ')}`;
}

/** A value that came from the environment is wrong there. */
function naming(used: ReadonlyMap<string, string>): (problem: ConfigProblem) => ConfigProblem {
  return problem => {
    const variable = used.get(problem.path);
    return variable === undefined
      ? problem
      : { path: `${problem.path} (${variable})`, message: problem.message };
  };
}
