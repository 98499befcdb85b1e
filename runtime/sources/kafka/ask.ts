// Control path. Brokers hang up on who speaks otherwise than their port does, and do not say why: so they are asked.
import { KafkaClient } from './client.ts';
import { causesOf, typeOf } from './failures.ts';
import type { KafkaOptions } from './options.ts';

/** No broker has it: to ask for it tells whether the port takes logins, before anything secret is said. */
const NO_MECHANISM = 'SKEWLESS-ASKS';

type Way = 'plain' | 'tls';

/** `unclear`: it speaks so, and wants a certificate before it says more. */
type Login = 'wanted' | 'not taken' | 'unclear';

/**
 * Why the brokers hang up, where it is that their port speaks TLS and we do not, or we do and it does not, or that it
 * wants a login and there is none. Null where none of this is so.
 * @param error the brokers' hanging up, of which this is asked
 * @param signal gives up
 */
export async function whyHungUp(
  error: unknown,
  options: KafkaOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const broker = hungUpBy(error);
  if (broker === null) return null;
  const at = { ...options, brokers: [broker] };
  const [own, other]: [Way, Way] = options.ssl ? ['tls', 'plain'] : ['plain', 'tls'];
  if (options.sasl === undefined && (await ask(at, own, signal)) === 'wanted')
    return `${broker} wants a login: set kafka.sasl`;
  const login = await ask(at, other, signal);
  if (login === null) return null;
  const more =
    login === 'wanted' && options.sasl === undefined ? '. It wants a login, too: set kafka.sasl' : '';
  return other === 'tls'
    ? `${broker} speaks TLS, and kafka.ssl is not set: set it to true, or to { ca, … }${more}`
    : `${broker} speaks no TLS, and kafka.ssl is set: leave it out, or name a port that speaks TLS in kafka.brokers${more}`;
}

/** `host:port` of who closed a connection that stood; null where it is not that. */
function hungUpBy(error: unknown): string | null {
  for (const cause of causesOf(error)) {
    const code = 'code' in cause ? cause.code : null;
    const isHangUp =
      cause.name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET' || code === 'EPIPE';
    if (isHangUp && 'broker' in cause && typeof cause.broker === 'string') return cause.broker;
  }
  return null;
}

/** Null: the port does not speak so. */
async function ask(options: KafkaOptions, way: Way, signal: AbortSignal): Promise<Login | null> {
  const given = typeof options.ssl === 'object' ? options.ssl : {};
  const client = new KafkaClient({
    ...options,
    ssl: way === 'tls' ? { ...given, rejectUnauthorized: false } : false,
    sasl: {
      mechanism: NO_MECHANISM,
      authenticationProvider: () => ({ authenticate: async () => undefined }),
    },
  });
  const giveUp = (): void => client.cut();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await client.kafka.admin().connect();
    return null;
  } catch (error) {
    return answerIn(error);
  } finally {
    signal.removeEventListener('abort', giveUp);
    client.cut();
  }
}

function answerIn(error: unknown): Login | null {
  const type = typeOf(error);
  if (type === 'UNSUPPORTED_SASL_MECHANISM') return 'wanted';
  if (type === 'ILLEGAL_SASL_STATE') return 'not taken';
  const codes = [...causesOf(error)].map(cause => ('code' in cause ? String(cause.code) : ''));
  return codes.some(code => /^ERR_SSL_\w*ALERT_\w*CERTIFICATE/.test(code)) ? 'unclear' : null;
}
