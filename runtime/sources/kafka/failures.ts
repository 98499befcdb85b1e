// Control path. What an error of kafkajs means for the source.
import { SourceError } from '../source.ts';

/**
 * `away`: to be waited out. `refused`: the brokers do not let this client in. `wrong`: going on would be wrong.
 * `odd`: nothing that is known to pass; tried again a few times.
 */
export type Failure = 'away' | 'refused' | 'wrong' | 'odd';

const REFUSALS = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
]);

/** Of TLS: neither side's certificate becomes right by waiting. */
const CERTIFICATES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|ALTNAME/;

export function failureOf(error: unknown): Failure {
  const chain = [...causesOf(error)];
  if (chain.some(cause => cause instanceof SourceError)) return 'wrong';
  if (chain.some(isRefusal)) return 'refused';
  const names = chain.map(({ name }) => name);
  if (names.includes('KafkaJSNotImplemented') || names.includes('KafkaJSServerDoesNotSupportApiKey'))
    return 'wrong';
  const passing =
    chain.some(cause => 'retriable' in cause && cause.retriable === true) ||
    chain.some(({ name }) => /^KafkaJS(LockTimeout|GroupCoordinatorNotFound|Timeout)$/.test(name)) ||
    chain.some(isLostLogin) ||
    chain.some(cause => 'syscall' in cause);
  return passing ? 'away' : 'odd';
}

/** kafkajs calls it a login that failed, too, when the connection is lost in the middle of one. */
const LOST_LOGIN = /failed: (Closed connection|Connection |Not connected|Request .* timed out)/;

function isRefusal(error: Error): boolean {
  if (error.name === 'KafkaJSSASLAuthenticationError') return !isLostLogin(error);
  if ('type' in error && typeof error.type === 'string' && REFUSALS.has(error.type)) return true;
  return 'code' in error && typeof error.code === 'string' && CERTIFICATES.test(error.code);
}

function isLostLogin(error: Error): boolean {
  return error.name === 'KafkaJSSASLAuthenticationError' && LOST_LOGIN.test(error.message);
}

/** The error and what it came from, outermost first. */
export function* causesOf(error: unknown): Generator<Error> {
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    yield at;
  }
}

/** The type that the broker gave: `OFFSET_OUT_OF_RANGE`. */
export function typeOf(error: unknown): string | null {
  for (const cause of causesOf(error)) {
    if ('type' in cause && typeof cause.type === 'string') return cause.type;
  }
  return null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
