/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** `serve.http.port`, or the name of an environment variable; empty: the whole. */
  readonly path: string;
  readonly message: string;
}

/** A configuration that cannot be used: everything that is wrong with it, all at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    const lines = problems.map(({ path, message }) =>
      path === '' ? `  ${message}` : `  ${path}: ${message}`,
    );
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`${file} has ${count}:\n${lines.join('\n')}`);
  }
}

/** `kafka.brokers[1]`, `kafka.epochs['my-topic']`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${text}['${name}']`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** What was given, for a message: short, and of secrets only the kind. */
export function given(value: unknown, secret = false): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return secret ? 'a list' : `the list ${shortened(JSON.stringify(value))}`;
  if (typeof value === 'string' && !secret) return `'${shortened(value)}'`;
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'another text';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
