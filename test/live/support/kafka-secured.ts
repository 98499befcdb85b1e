import { authority } from '../../support/certificates.ts';
import type { Authority, Certified } from '../../support/certificates.ts';
import type { KafkaListener } from './kafka-server.ts';
import { startKafka } from './kafka.ts';
import type { TestKafka } from './kafka.ts';
import { freePort } from './ports.ts';

/**
 * `tls`: TLS. `mutual`: TLS, and a certificate of the client's. `login`: TLS, and a user and password.
 * `both`: TLS, and both.
 */
export type SecuredAddress = 'tls' | 'mutual' | 'login' | 'both';

/** A broker that keeps its addresses locked, each in another way; the plain one is for the tests' own errands. */
export interface SecuredKafka extends TestKafka {
  readonly at: Readonly<Record<SecuredAddress, readonly string[]>>;
  /** Who signed the broker's certificate, which is for 127.0.0.1 alone, and is trusted by it. */
  readonly authority: Authority;
  readonly client: TestKafka['client'];
  /** A certificate that the broker takes of a client, with its key. */
  readonly certified: Certified;
  /** A user that may log in by any mechanism. */
  readonly user: { readonly username: string; readonly password: string };
  /** Gives the user another password, for one mechanism. It takes a second or two. */
  setScramPassword(mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512', password: string): Promise<void>;
}

/** By SCRAM-SHA-512 a login holds so long, ms; by the others for ever. */
export const LOGIN_HOLDS = 11_500;

const user = { username: 'alice', password: 'quite a "secret", $1=1\\' };

/** @throws MissingPart as `startKafka` does; nothing else is needed */
export async function startSecuredKafka(): Promise<SecuredKafka> {
  const trusted = authority('test authority');
  const own = trusted.issue({ name: 'broker', addresses: ['127.0.0.1'] });
  const [tls, mutual, login, both] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const listeners: KafkaListener[] = [
    { name: 'TLS', protocol: 'SSL', port: tls, settings: keysOf(own) },
    { name: 'MUTUAL', protocol: 'SSL', port: mutual, settings: { ...keysOf(own), ...asking(trusted) } },
    { name: 'LOGIN', protocol: 'SASL_SSL', port: login, settings: { ...keysOf(own), ...logins } },
    {
      name: 'BOTH',
      protocol: 'SASL_SSL',
      port: both,
      settings: { ...keysOf(own), ...asking(trusted), ...logins },
    },
  ];
  const kafka = await startKafka({ own: true, listeners });
  const setScramPassword: SecuredKafka['setScramPassword'] = async (mechanism, password) => {
    await kafka.tool('kafka.admin.ConfigCommand', [
      ...['--bootstrap-server', kafka.brokers.join(','), '--alter', '--entity-type', 'users'],
      ...['--entity-name', user.username, '--add-config', `${mechanism}=[password=${password}]`],
    ]);
  };
  try {
    // The broker takes no two of a user's in one request.
    await Promise.all(
      (['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map(each => setScramPassword(each, user.password)),
    );
  } catch (error) {
    await kafka.close();
    throw error;
  }
  const local = (port: number): readonly string[] => [`127.0.0.1:${port}`];
  return {
    ...kafka,
    at: { tls: local(tls), mutual: local(mutual), login: local(login), both: local(both) },
    authority: trusted,
    certified: trusted.issue({ name: 'client' }),
    user,
    setScramPassword,
  };
}

/** PEM, in the settings themselves: neither a key store nor a file that a container would have to see. */
function keysOf({ cert, key }: Certified): Record<string, string> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': property(cert),
    'ssl.keystore.key': property(key),
  };
}

function asking({ cert }: Authority): Record<string, string> {
  return {
    'ssl.client.auth': 'required',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': property(cert),
  };
}

const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.username}=${quoted(user.password)};`;

const logins = {
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
  'plain.sasl.jaas.config': property(plain),
  'scram-sha-256.sasl.jaas.config': scram,
  'scram-sha-512.sasl.jaas.config': scram,
  'scram-sha-512.connections.max.reauth.ms': String(LOGIN_HOLDS),
};

/** As JAAS reads a text. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** As Java reads a value of a property. */
function property(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
