import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../runtime/config/index.ts';
import { tlsOf } from '../../runtime/service/kafka-tls.ts';
import { SourceError } from '../../runtime/sources/source.ts';
import { authority } from '../support/certificates.ts';

const trusted = authority('trusted');
const own = trusted.issue({ name: 'own' });
const other = trusted.issue({ name: 'other' });
const locked = createPrivateKey(own.key).export({
  ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'opens it' },
}) as string;

const root = mkdtempSync(join(tmpdir(), 'skewless-tls-'));
const texts = { 'ca.pem': trusted.cert, 'own.pem': own.cert, 'own.key': own.key, 'locked.key': locked };
for (const [name, text] of Object.entries(texts)) writeFileSync(join(root, name), text);
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function tls(ssl: object | true): ReturnType<typeof tlsOf> {
  const { settings } = readConfig(
    { kafka: { brokers: 'a:1', ssl } },
    { root, file: 'skewless.config.ts', environment: {} },
  );
  return tlsOf(settings.kafka!.ssl!);
}

test('files below the project are read; PEM is taken as it is', async () => {
  const rest = { rejectUnauthorized: true, minVersion: 'TLSv1.2' };
  const whole = { ca: [trusted.cert], cert: own.cert, key: own.key, ...rest };
  expect(await tls({ ca: 'ca.pem', cert: 'own.pem', key: join(root, 'own.key') })).toEqual(whole);
  expect(await tls({ ca: [trusted.cert], cert: Buffer.from(own.cert), key: own.key })).toEqual(whole);
  expect(await tls({ cert: 'own.pem', key: 'locked.key', passphrase: 'opens it' })).toMatchObject({
    ...{ key: locked, passphrase: 'opens it' },
  });
});

test('what is left out is left to Node', async () => {
  expect(await tls(true)).toEqual({ rejectUnauthorized: true, minVersion: 'TLSv1.2' });
});

describe('what cannot be used is told before any connection, by its key', () => {
  test.each<[object, RegExp]>([
    [{ ca: 'cert.pem' }, /^kafka\.ssl\.ca: .*ENOENT.*cert\.pem/],
    [{ ca: 'own.key' }, /^kafka\.ssl\.ca: there is no certificate in PEM in it/],
    [{ cert: 'own.key', key: 'own.key' }, /^kafka\.ssl\.cert: there is no certificate in PEM in it/],
    [{ cert: 'own.pem', key: 'own.pem' }, /^kafka\.ssl\.key: there is no private key in PEM in it/],
    [{ cert: 'own.pem', key: other.key }, /^kafka\.ssl\.key: it is not the key of kafka\.ssl\.cert/],
    [{ cert: 'own.pem', key: 'locked.key' }, /^kafka\.ssl\.key: .*kafka\.ssl\.passphrase is not what opens/],
    [
      { cert: 'own.pem', key: 'locked.key', passphrase: 'does not' },
      /^kafka\.ssl\.key: .*kafka\.ssl\.passphrase is not what opens it/,
    ],
    [{ ciphers: 'rot13' }, /^kafka\.ssl\.ciphers: they are none that OpenSSL knows/],
  ])('%j', async (ssl, message) => {
    const refused = tls(ssl);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(SourceError);
  });
});
