import { nearest } from '../../kernels/nearest.ts';
import { isObject } from './leaf.ts';
import type { ConfigProblem } from './problems.ts';

/** A variable of the environment that goes before what the file says. */
export interface Override {
  readonly variable: string;
  readonly path: readonly string[];
  readonly kind: 'text' | 'port';
  /** Its value is never shown. */
  readonly secret: boolean;
}

const override = (
  variable: string,
  path: string,
  kind: Override['kind'] = 'text',
  secret = false,
): Override => ({
  variable: `SKEWLESS_${variable}`,
  path: path.split('.'),
  kind,
  secret,
});

/** What deployments change. A variable whose section the file does not have makes that section. */
export const overrides: readonly Override[] = [
  override('KAFKA_BROKERS', 'kafka.brokers'),
  override('KAFKA_GROUP_ID', 'kafka.groupId'),
  override('KAFKA_USERNAME', 'kafka.sasl.username'),
  override('KAFKA_PASSWORD', 'kafka.sasl.password', 'text', true),
  override('STATE_DIRECTORY', 'state.directory'),
  override('HISTORY_URL', 'history.url', 'text', true),
  override('HTTP_HOST', 'serve.http.host'),
  override('HTTP_PORT', 'serve.http.port', 'port'),
  override('TCP_HOST', 'serve.tcp.host'),
  override('TCP_PORT', 'serve.tcp.port', 'port'),
  override('TOKEN', 'serve.token', 'text', true),
  override('REDIS_URL', 'redis.url', 'text', true),
  override('LOG_LEVEL', 'log.level'),
];

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Overridden {
  readonly config: Readonly<Record<string, unknown>>;
  readonly problems: readonly ConfigProblem[];
  /** The variables that were used, by the path that they set. */
  readonly used: ReadonlyMap<string, string>;
  /** Of variables that look like one of ours and are none. */
  readonly warnings: readonly string[];
}

/** The configuration with what the environment says in place; an empty variable is as one that is not set. */
export function applyEnvironment(
  given: Readonly<Record<string, unknown>>,
  environment: Environment,
): Overridden {
  let config = given;
  const problems: ConfigProblem[] = [];
  const used = new Map<string, string>();
  for (const { variable, path, kind } of overrides) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    if (kind === 'port' && !/^\d{1,5}$/.test(text)) {
      problems.push({ path: variable, message: `expected a port, given '${text}'` });
      continue;
    }
    config = put(config, path, kind === 'port' ? Number(text) : text);
    used.set(path.join('.'), variable);
  }
  return { config, problems, used, warnings: strangers(environment) };
}

/** A section that is absent or switched off (true, false) is made; what is no section stays for the schema to tell. */
function put(
  into: Readonly<Record<string, unknown>>,
  [key, ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (rest.length === 0) return { ...into, [key!]: value };
  const section = into[key!];
  if (isObject(section)) return { ...into, [key!]: put(section, rest, value) };
  if (section !== undefined && typeof section !== 'boolean') return into;
  return { ...into, [key!]: put({}, rest, value) };
}

function strangers(environment: Environment): string[] {
  const known = overrides.map(({ variable }) => variable);
  return Object.keys(environment)
    .filter(name => name.startsWith('SKEWLESS_') && !known.includes(name))
    .flatMap(name => {
      const near = nearest(
        name.slice(9),
        known.map(each => each.slice(9)),
      );
      return near === null ? [] : [`the variable ${name} is not read; did you mean SKEWLESS_${near}?`];
    })
    .sort();
}
