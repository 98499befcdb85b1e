// Control path. What a refusal is in the words of the configuration.
import type { KafkaOptions } from './options.ts';
import { causesOf, messageOf, typeOf } from './failures.ts';

type About = Pick<KafkaOptions, 'ssl' | 'sasl'>;

/** What is wrong and where to look, by the code of TLS or the type that the broker gave. */
const meanings: readonly (readonly [RegExp, (about: About) => string])[] = [
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+)$/,
    () =>
      "the broker's certificate is signed by nobody that is trusted here: set kafka.ssl.ca to the certificate of " +
      'the authority that has signed it',
  ],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, () => "the broker's certificate is not valid now: renew it there"],
  [
    /ALTNAME/,
    () =>
      "the broker's certificate is not for the address that it is reached at: name it in kafka.brokers, and in its " +
      'advertised.listeners, as the certificate does, or set kafka.ssl.servername to what that says',
  ],
  [
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/,
    ({ ssl }) =>
      hasCertificate(ssl)
        ? "the broker does not take this client's certificate: in kafka.ssl.cert and kafka.ssl.key it wants one " +
          'that is valid now, and signed by an authority that the broker trusts'
        : 'the broker wants a certificate of this client: set kafka.ssl.cert and kafka.ssl.key',
  ],
  [
    /^ERR_SSL_(\w*PROTOCOL\w*|\w*HANDSHAKE_FAILURE|\w*VERSION\w*)$/,
    () =>
      'TLS cannot be agreed upon: look at kafka.ssl.minVersion and kafka.ssl.ciphers, at kafka.ssl.cert, which the ' +
      'broker may want, and at the port in kafka.brokers',
  ],
  [
    /^(SASL_AUTHENTICATION_FAILED|KafkaJSSASLAuthenticationError)$/,
    ({ sasl }) =>
      `${userOf(sasl)} cannot log in: look at kafka.sasl.username, kafka.sasl.password and kafka.sasl.mechanism`,
  ],
  [
    /^UNSUPPORTED_SASL_MECHANISM$/,
    ({ sasl }) =>
      `the broker takes no login by '${sasl?.mechanism}': set kafka.sasl.mechanism to one of its sasl.enabled.mechanisms`,
  ],
  [
    /^ILLEGAL_SASL_STATE$/,
    () =>
      'this port of the broker takes no login: leave kafka.sasl out, or name a port that does in kafka.brokers',
  ],
  [
    /^(TOPIC|GROUP|CLUSTER)_AUTHORIZATION_FAILED$/,
    ({ sasl }) =>
      `${userOf(sasl)} may not do this: allow it there, or log in as another (kafka.sasl, kafka.ssl.cert)`,
  ],
];

/** Of a failure that is `refused`. */
export function refusalText(error: unknown, about: About): string {
  const words = wordsOf(error);
  for (const sign of signsOf(error)) {
    const meaning = meanings.find(([pattern]) => pattern.test(sign));
    if (meaning !== undefined) return `the brokers refuse this client: ${meaning[1](about)} (${words})`;
  }
  return `the brokers refuse this client: ${words}`;
}

function signsOf(error: unknown): string[] {
  const type = typeOf(error);
  const codes = [...causesOf(error)].map(cause => ('code' in cause ? cause.code : null));
  const names = [...causesOf(error)].map(({ name }) => name);
  return [type, ...codes, ...names].filter(sign => typeof sign === 'string');
}

/** OpenSSL's own are lines of code. */
function wordsOf(error: unknown): string {
  const place = [...causesOf(error)].map(cause => ('broker' in cause ? cause.broker : null)).find(Boolean);
  const code = signsOf(error).find(sign => sign.startsWith('ERR_SSL_'));
  const said = code ?? messageOf(error).replace(/^Connection error: /, '');
  return typeof place === 'string' ? `${place}: ${said}` : said;
}

function hasCertificate(ssl: KafkaOptions['ssl']): boolean {
  return typeof ssl === 'object' && (ssl.cert !== undefined || ssl.pfx !== undefined);
}

function userOf(sasl: KafkaOptions['sasl']): string {
  return sasl !== undefined && 'username' in sasl ? `the user '${sasl.username}'` : 'this client';
}
