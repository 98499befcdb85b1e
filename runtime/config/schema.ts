// What a configuration may hold, as zod checks it; what each key is for is told in config.ts.
import type { SecureVersion } from 'node:tls';
import { z } from 'zod';
import { around, byName, choice, leaf, optional, orFalse, section, withDefaults, wrong } from './leaf.ts';
import {
  duration,
  flag,
  names,
  optionalDuration,
  optionalFlag,
  optionalSize,
  optionalText,
  path,
  pem,
  pems,
  port,
  size,
  text,
  url,
  whole,
} from './leaves.ts';
import type { FileSettings, RedisSettings, Settings, TlsSettings } from './settings.ts';

/** What the defaults depend on. */
export interface Surroundings {
  /** The project, absolute. */
  readonly root: string;
  /** The machine's name. */
  readonly hostname: string;
}

/** From what an author writes to settings. */
export function configSchema({ root, hostname }: Surroundings): z.ZodType<Settings> {
  const keys = section({
    generated: path(root, "a folder such as './generated'", './generated'),
    kafka: optional(kafka(root, hostname)),
    files: byName(file(root)),
    state: withDefaults(state(root)),
    history: optional(history),
    audit: orFalse(audit, false),
    serve: withDefaults(serve),
    redis: optional(redis),
    log: withDefaults(log),
    metrics: withDefaults(metrics),
  });
  return around(keys, keys.superRefine(audited));
}

const brokers = leaf<readonly string[]>("a list of brokers such as ['localhost:9092']", value => {
  const list: unknown = typeof value === 'string' ? value.split(',').map(each => each.trim()) : value;
  const isBroker = (each: unknown): each is string =>
    typeof each === 'string' && /^[^\s:/]+:\d+$|^\[[^\]]+\]:\d+$/.test(each);
  return Array.isArray(list) && list.length > 0 && list.every(isBroker) ? list : wrong;
});

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const satisfies readonly SecureVersion[];

function tls(root: string): z.ZodType<TlsSettings> {
  const given = section({
    ca: pems(root),
    cert: pem(root),
    key: pem(root),
    passphrase: optionalText('a passphrase', { secret: true }),
    servername: optionalText('the name of a host'),
    rejectUnauthorized: flag(true),
    minVersion: choice(versions, { otherwise: 'TLSv1.2' }),
    ciphers: optionalText('a list of ciphers as OpenSSL names them'),
  });
  const paired = given.superRefine(({ cert, key }, context) => {
    if ((cert === null) === (key === null)) return;
    const [missing, there] = cert === null ? ['cert', 'key'] : ['key', 'cert'];
    context.addIssue({
      code: 'custom',
      message: `is missing: it goes with ${there}`,
      path: [missing],
      input: null,
    });
  });
  return around(given, paired);
}

const sasl = section({
  mechanism: choice(['plain', 'scram-sha-256', 'scram-sha-512']),
  username: text("the user's name"),
  password: text('the password', { secret: true }),
});

function start(root: string): z.ZodType<'earliest' | 'latest' | { readonly frontier: string }> {
  const frontier = section({ frontier: path(root, 'the path of a JSON file') });
  const either = leaf<'earliest' | 'latest' | { readonly frontier: string }>(
    "'earliest', 'latest' or { frontier: path }",
    value => {
      if (value === 'earliest' || value === 'latest') return value;
      return frontier.safeParse(value).data ?? wrong;
    },
    { otherwise: 'earliest' },
  );
  return around(frontier, either);
}

const kafka = (root: string, hostname: string) =>
  section({
    brokers,
    clientId: text('a name', { otherwise: 'skewless' }),
    groupId: text('a name', { otherwise: `skewless-${hostname}` }),
    ssl: orFalse(tls(root), false),
    sasl: optional(sasl),
    start: start(root),
    epochs: byName(whole(0, 0)),
    decoders: byName(path(root, "the path of a module such as './decoders/views.ts'")),
    connectionTimeout: duration('10s'),
    requestTimeout: duration('30s'),
    fetch: withDefaults(section({ maxBytes: size('256KB'), maxWait: duration('500ms') })),
    endsEvery: duration('5s'),
  });

const formats = {
  ndjson: /\.(ndjson|jsonl)(\.gz)?$/,
  csv: /\.csv(\.gz)?$/,
  parquet: /\.parquet(\.gz)?$/,
} as const;

function file(root: string): z.ZodType<FileSettings> {
  const given = section({
    path: path(root, 'the path of a file'),
    format: choice<'ndjson' | 'csv' | 'parquet' | 'by name'>(['ndjson', 'csv', 'parquet'], {
      otherwise: 'by name',
    }),
    arrival: optionalText('the name of a column'),
  });
  const complete = given.transform(({ path, format, arrival }, context): FileSettings => {
    const known = Object.keys(formats) as (keyof typeof formats)[];
    const found = format === 'by name' ? known.find(each => formats[each].test(path)) : format;
    if (found !== undefined) return { path, format: found, arrival };
    const message =
      "is missing, and the file's name does not tell: expected one of 'ndjson', 'csv', 'parquet'";
    context.issues.push({ code: 'custom', message, path: ['format'], input: format });
    return z.NEVER;
  });
  return around(given, complete);
}

const state = (root: string) =>
  section({
    directory: path(root, "a folder such as '.skewless/state'", '.skewless/state'),
    checkpointEvery: duration('30s'),
    keep: whole(2, 1),
    ceiling: optionalSize(2 ** 20),
    bootstrap: leaf<boolean | 'incomplete'>(
      "true, false or 'incomplete'",
      value => (typeof value === 'boolean' || value === 'incomplete' ? value : wrong),
      { otherwise: true },
    ),
  });

const history = section({
  url: url(['postgres', 'postgresql'], 'postgres://user:password@host:5432/database'),
  archive: flag(true),
  retention: byName(duration(null)),
  batchRows: whole(10_000, 1),
  batchEvery: duration('1s'),
  clockSkew: duration('5s'),
});

const audit = section({
  sample: leaf<number>(
    'a share above 0, at most 1',
    value => (typeof value === 'number' && value > 0 && value <= 1 ? value : wrong),
    { otherwise: 0.01 },
  ),
  keep: duration('30d'),
  waiting: whole(10_000, 1),
});

function audited(settings: Pick<Settings, 'audit' | 'history'>, context: z.RefinementCtx): void {
  if (settings.audit === null || settings.history !== null) return;
  const message = "is kept in the history's database, and there is none: set history.url, or leave audit out";
  context.addIssue({ code: 'custom', message, path: ['audit'], input: settings.audit });
}

const address = (otherwise: number) =>
  section({ host: text('an address', { otherwise: '127.0.0.1' }), port: port(otherwise) });

const open = leaf<readonly ('metrics' | 'docs')[]>(
  "a list of 'metrics', 'docs'",
  value => {
    const isPart = (each: unknown): each is 'metrics' | 'docs' => each === 'metrics' || each === 'docs';
    return Array.isArray(value) && value.every(isPart) ? value : wrong;
  },
  { otherwise: [] },
);

/** What a header can carry: with a newline at its end, as files of secrets have it, no client could ever show it. */
const token = leaf<string | null>(
  'a token of letters, digits and signs of ASCII, without blanks or newlines',
  value => (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : wrong),
  { secret: true, otherwise: null },
);

const serve = section({
  http: orFalse(address(8080), true),
  tcp: orFalse(address(8081), false),
  token,
  insecure: flag(false),
  open,
  bodyLimit: size('1MB', 1024),
  maxKeys: whole(1000, 1),
  ready: withDefaults(section({ maxLag: duration('30s') })),
  drain: duration('10s'),
});

const redisKeys = section({
  url: url(['redis', 'rediss'], 'redis://user:password@host:6379/0'),
  served: names("a list of groups and vectors such as ['user_views']"),
  refresh: duration('1m'),
  flush: duration('50ms'),
  ttl: optionalDuration(),
  prefix: text('a name', { otherwise: 'skewless' }),
});

const redis = around(
  redisKeys,
  redisKeys.transform(({ ttl: given, ...rest }, context): RedisSettings => {
    const ttl = given ?? 2 * rest.refresh + 30_000;
    if (ttl > rest.refresh + rest.flush) return { ...rest, ttl };
    const message =
      'must be longer than refresh and flush together: a living key would be gone between two writes';
    context.issues.push({ code: 'custom', message, path: ['ttl'], input: given });
    return z.NEVER;
  }),
);

const log = section({
  level: choice(['debug', 'info', 'warn', 'error', 'silent'], { otherwise: 'info' }),
  pretty: optionalFlag(),
});

const metrics = section({
  process: flag(true),
  values: orFalse(section({ every: whole(16, 1), window: duration('10m') }), true),
});
