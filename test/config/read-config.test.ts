import { describe, expect, test } from 'vitest';
import { ConfigError, defineConfig, readConfig } from '../../runtime/config/index.ts';
import type { Environment, Settings } from '../../runtime/config/index.ts';

const surroundings = { root: '/project', file: 'skewless.config.ts', hostname: 'box' };

const PEM = '-----BEGIN SOMETHING-----\n';

function settings(config: unknown, environment: Environment = {}): Settings {
  return readConfig(config, { ...surroundings, environment }).settings;
}

/** Everything that is wrong, a line each. */
function problems(config: unknown, environment: Environment = {}): string[] {
  try {
    readConfig(config, { ...surroundings, environment });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

test('an empty configuration serves on loopback and keeps its state below the project', () => {
  expect(settings({})).toEqual({
    generated: '/project/generated',
    kafka: null,
    files: {},
    state: {
      directory: '/project/.skewless/state',
      checkpointEvery: 30_000,
      keep: 2,
      ceiling: null,
      bootstrap: true,
    },
    history: null,
    audit: null,
    serve: {
      http: { host: '127.0.0.1', port: 8080 },
      tcp: null,
      token: null,
      insecure: false,
      open: [],
      bodyLimit: 1_048_576,
      maxKeys: 1000,
      ready: { maxLag: 30_000 },
      drain: 10_000,
    },
    redis: null,
    log: { level: 'info', pretty: null },
    metrics: { process: true, values: { every: 16, window: 600_000 } },
  });
});

test('durations become ms, sizes bytes, paths absolute', () => {
  const config = defineConfig({
    generated: 'out/generated',
    kafka: {
      brokers: 'a:9092, b:9093',
      start: { frontier: 'frontier.json' },
      epochs: { 'page-views': 2 },
      ssl: { ca: 'ca.pem', cert: Buffer.from(PEM), key: PEM, servername: 'broker' },
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
      fetch: { maxBytes: '1.5MB' },
    },
    files: { flights: { path: '/data/flights.csv.gz', arrival: 'known_at' } },
    state: { checkpointEvery: '1500ms', ceiling: '4GB' },
    history: { url: 'postgres://u:p@h:5432/d', retention: { flights: '400d' }, clockSkew: '0.5s' },
    serve: { http: false, tcp: true, bodyLimit: '64KB' },
    redis: { url: 'rediss://h:6379/0', refresh: '2m' },
    metrics: { values: false },
  });
  const read = settings(config);
  expect(read.generated).toBe('/project/out/generated');
  expect(read.kafka).toMatchObject({
    brokers: ['a:9092', 'b:9093'],
    groupId: 'skewless-box',
    start: { frontier: '/project/frontier.json' },
    epochs: { 'page-views': 2 },
    ssl: {
      ...{ ca: ['/project/ca.pem'], cert: PEM, key: PEM, servername: 'broker' },
      ...{ passphrase: null, rejectUnauthorized: true, minVersion: 'TLSv1.2', ciphers: null },
    },
    fetch: { maxBytes: 1_572_864, maxWait: 500 },
  });
  expect(read.files).toEqual({
    flights: { path: '/data/flights.csv.gz', format: 'csv', arrival: 'known_at' },
  });
  expect(read.state).toMatchObject({ checkpointEvery: 1500, ceiling: 4_294_967_296 });
  expect(read.history).toMatchObject({ retention: { flights: 34_560_000_000 }, clockSkew: 500 });
  expect(read.serve).toMatchObject({ http: null, tcp: { host: '127.0.0.1', port: 8081 }, bodyLimit: 65_536 });
  expect(read.redis).toMatchObject({ served: null, refresh: 120_000, ttl: 270_000 });
  expect(read.metrics).toEqual({ process: true, values: null });
});

describe('a wrong key names the nearest right one, with its path', () => {
  test.each([
    [{ serv: {} }, 'serv: there is no such key; did you mean serve?'],
    [
      { serve: { http: { prot: 1 } } },
      'serve.http.prot: there is no such key; did you mean serve.http.port?',
    ],
    [
      { files: { flights: { path: 'a.csv', formt: 'csv' } } },
      'files.flights.formt: there is no such key; did you mean files.flights.format?',
    ],
    [
      { kafka: { brokers: 'a:1', ssl: { serverName: 'b' } } },
      'kafka.ssl.serverName: there is no such key; did you mean kafka.ssl.servername?',
    ],
    [{ port: 1 }, 'port: there is no such key; did you mean serve.http.port or serve.tcp.port?'],
    [{ serve: { maxLag: '1s' } }, 'serve.maxLag: there is no such key; did you mean serve.ready.maxLag?'],
    [{ log: { colours: true } }, 'log.colours: there is no such key; there are level, pretty'],
    [
      { kafka: { brokers: 'a:1', 'group.id': 'x' } },
      "kafka['group.id']: there is no such key; did you mean kafka.groupId?",
    ],
  ])('%j', (config, problem) => {
    expect(problems(config)).toEqual([problem]);
  });
});

describe('a wrong value says what is expected and what was given', () => {
  const duration = "expected a duration such as '30s' or '5m'";
  test.each([
    [
      { serve: { http: { port: '80x' } } },
      "serve.http.port: expected a whole number from 0 to 65535, given '80x'",
    ],
    [
      { serve: { http: { port: 65_536 } } },
      'serve.http.port: expected a whole number from 0 to 65535, given 65536',
    ],
    [{ serve: { tcp: 'on' } }, "serve.tcp: expected an object, true or false, given 'on'"],
    [{ serve: { ready: { maxLag: 30 } } }, `serve.ready.maxLag: ${duration}, given 30`],
    [{ serve: { drain: '0s' } }, `serve.drain: ${duration}, given '0s'`],
    [{ state: { checkpointEvery: '1 minute' } }, `state.checkpointEvery: ${duration}, given '1 minute'`],
    [{ state: { keep: 0 } }, 'state.keep: expected a whole number of at least 1, given 0'],
    [
      { state: { ceiling: '10B' } },
      "state.ceiling: expected a size such as '64MB' or '4GB' of at least 1MB, given '10B'",
    ],
    [{ state: null }, 'state: expected an object, given null'],
    [{ kafka: {} }, "kafka.brokers: is missing: expected a list of brokers such as ['localhost:9092']"],
    [
      { kafka: { brokers: ['a'] } },
      `kafka.brokers: expected a list of brokers such as ['localhost:9092'], given the list ["a"]`,
    ],
    [
      { kafka: { brokers: 'a:1', epochs: { t: -1 } } },
      'kafka.epochs.t: expected a whole number of at least 0, given -1',
    ],
    [
      { kafka: { brokers: 'a:1', ssl: { key: Buffer.from('hunter2'), cert: 'c.pem' } } },
      'kafka.ssl.key: expected PEM text, or the path of a PEM file, given an object',
    ],
    [
      { kafka: { brokers: 'a:1', ssl: { ca: [] } } },
      'kafka.ssl.ca: expected PEM text, or the path of a PEM file, or a list of these, given a list',
    ],
    [{ kafka: { brokers: 'a:1', ssl: { cert: 'c.pem' } } }, 'kafka.ssl.key: is missing: it goes with cert'],
    [{ kafka: { brokers: 'a:1', ssl: { key: 'c.key' } } }, 'kafka.ssl.cert: is missing: it goes with key'],
    [
      { log: { level: 'wran' } },
      "log.level: 'wran' is none of 'debug', 'info', 'warn', 'error', 'silent'; did you mean 'warn'?",
    ],
    [
      { files: { a: { path: 'a.txt' } } },
      "files.a.format: is missing, and the file's name does not tell: expected one of 'ndjson', 'csv', 'parquet'",
    ],
    [
      { redis: { url: 'redis://h', ttl: '60s' } },
      'redis.ttl: must be longer than refresh and flush together: a living key would be gone between two writes',
    ],
    [
      { serve: { token: '' } },
      'serve.token: expected a token of letters, digits and signs of ASCII, without blanks or newlines, given an empty text',
    ],
    [
      { serve: { token: 'hush\n' } },
      'serve.token: expected a token of letters, digits and signs of ASCII, without blanks or newlines, given another text',
    ],
    [7, ': must export its configuration as default: export default defineConfig({ … }); it exports 7'],
  ])('%j', (config, problem) => {
    expect(problems(config)).toEqual([problem]);
  });

  test('a secret is never in the message', () => {
    const told = problems({ history: { url: 'mysql://root:hunter2@h/d' }, serve: { token: 7 } }).join();
    expect(told).toContain('given another text');
    expect(told).not.toContain('hunter2');
  });
});

test('work over the history asks for nothing of the service alone', () => {
  const unset = {
    kafka: { brokers: undefined },
    serve: { token: undefined },
    redis: { url: undefined },
    history: { url: 'postgres://localhost/features' },
  };
  const read = readConfig(unset, { ...surroundings, environment: {}, reads: 'history' });
  expect(read.settings).toMatchObject({ kafka: null, redis: null, history: { url: unset.history.url } });
  expect(() =>
    readConfig(
      { ...unset, history: { url: undefined } },
      { ...surroundings, environment: {}, reads: 'history' },
    ),
  ).toThrow('history.url');
  expect(() => readConfig(unset, { ...surroundings, environment: {} })).toThrow('kafka.brokers');
});

test('everything that is wrong is told at once', () => {
  const config = {
    prot: 1,
    serve: { http: { port: -1 }, token: undefined },
    kafka: { brokers: 3 },
    log: { level: 1 },
  };
  expect(() => settings(config)).toThrow(
    /^skewless\.config\.ts has 5 problems:\n {2}serve\.token: is undefined.*\n {2}kafka\.brokers: .*\n {2}serve\.http\.port: .*\n {2}log\.level: .*\n {2}prot: /,
  );
});

describe('a key whose variable is not set', () => {
  test('is an error that names it, and the variable that would do', () => {
    expect(problems({ history: { url: undefined } })).toEqual([
      'history.url: is undefined: is the environment variable that it is read from set? Set it, set SKEWLESS_HISTORY_URL, or leave the key out',
    ]);
  });

  test('is none where the environment has the word', () => {
    expect(settings({ serve: { token: undefined } }, { SKEWLESS_TOKEN: 'secret' }).serve.token).toBe(
      'secret',
    );
  });

  test('is an error among the keys of TLS, too: everybody would be trusted whom Node trusts', () => {
    expect(problems({ kafka: { brokers: 'a:1', ssl: { ca: undefined } } })).toEqual([
      'kafka.ssl.ca: is undefined: is the environment variable that it is read from set? Set it, or leave the key out',
    ]);
  });
});

describe('the environment', () => {
  test('goes before the file, and makes sections that it lacks', () => {
    const environment = {
      SKEWLESS_KAFKA_BROKERS: 'k:9092',
      SKEWLESS_HISTORY_URL: 'postgres://h/d',
      SKEWLESS_HTTP_PORT: '9090',
      SKEWLESS_TCP_HOST: '0.0.0.0',
      SKEWLESS_LOG_LEVEL: 'debug',
    };
    const read = readConfig(
      { serve: { http: { port: 80, host: '::' }, tcp: false } },
      { ...surroundings, environment },
    );
    expect(read.settings.serve.http).toEqual({ host: '::', port: 9090 });
    expect(read.settings.serve.tcp).toEqual({ host: '0.0.0.0', port: 8081 });
    expect(read.settings.kafka!.brokers).toEqual(['k:9092']);
    expect(read.settings.history!.url).toBe('postgres://h/d');
    expect(read.fromEnvironment.get('log.level')).toBe('SKEWLESS_LOG_LEVEL');
  });

  test('is named where its word is wrong', () => {
    expect(problems({}, { SKEWLESS_HTTP_PORT: 'x' })).toEqual([
      "SKEWLESS_HTTP_PORT: expected a port, given 'x'",
    ]);
    expect(problems({}, { SKEWLESS_LOG_LEVEL: 'loud' })[0]).toMatch(/^log\.level \(SKEWLESS_LOG_LEVEL\): /);
  });

  test('counts an empty variable as none', () => {
    expect(settings({}, { SKEWLESS_TOKEN: '' }).serve.token).toBeNull();
  });

  test('a variable that nobody reads is warned of where it looks like one of ours', () => {
    const environment = { SKEWLESS_TOKN: 'x', SKEWLESS_POSTGRES_URL: 'postgres://h' };
    const { warnings } = readConfig({}, { ...surroundings, environment });
    expect(warnings).toEqual(['the variable SKEWLESS_TOKN is not read; did you mean SKEWLESS_TOKEN?']);
  });
});
