import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readConfig, showSettings } from '../../runtime/config/index.ts';
import { keyPaths } from '../../runtime/config/leaf.ts';
import { configSchema } from '../../runtime/config/schema.ts';
import { configKeys, configurationPage } from '../../scripts/make-configuration-page.ts';

test('the page is up to date: repair with `npm run docs`', () => {
  const page = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url));
  expect(readFileSync(page, 'utf8')).toBe(configurationPage());
});

test('the schema takes the keys that are documented, and no other', () => {
  const taken = keyPaths(configSchema({ root: '/project', hostname: 'box' })).map(path => path.join('.'));
  expect(taken).toEqual(configKeys().map(({ path }) => path));
});

describe('a documented default is what takes effect', () => {
  const { settings } = readConfig(
    {
      kafka: {
        brokers: 'a:1',
        start: 'earliest',
        ssl: true,
        sasl: { mechanism: 'plain', username: 'u', password: 'p' },
      },
      files: { '*': { path: 'a.csv' } },
      history: { url: 'postgres://h/d' },
      audit: true,
      serve: { tcp: true },
      redis: { url: 'redis://h' },
    },
    { root: '/project', file: 'skewless.config.ts', environment: {}, hostname: 'box' },
  );
  const shown: unknown = showSettings(settings);
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], shown);
  /** Defaults in words. */
  const inWords: Readonly<Record<string, unknown>> = {
    generated: '/project/generated',
    'kafka.groupId': 'skewless-box',
    'kafka.epochs': {},
    'kafka.decoders': {},
    'kafka.ssl.ca': null,
    'kafka.ssl.cert': null,
    'kafka.ssl.key': null,
    'kafka.ssl.passphrase': null,
    'kafka.ssl.servername': null,
    'kafka.ssl.ciphers': null,
    'files.*.format': 'csv',
    'files.*.arrival': null,
    'state.directory': '/project/.skewless/state',
    'state.ceiling': null,
    'history.retention': {},
    'serve.token': null,
    'serve.open': [],
    'redis.served': null,
    'redis.ttl': '150s',
    'log.pretty': null,
  };
  const values = configKeys().filter(
    ({ path, section, otherwise }) => otherwise !== null && (section === null || path === 'kafka.start'),
  );

  test.each(values)('$path: $otherwise', ({ path, otherwise }) => {
    const expected =
      path in inWords ? inWords[path] : (JSON.parse(otherwise!.replaceAll("'", '"')) as unknown);
    expect(at(path)).toEqual(expected);
  });
});
