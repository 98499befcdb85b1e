// Hot path, once for an answer. kafkajs asks, over its connections and in the version that the broker knows; the
// answer is read here, for its own reading makes a dozen objects of each record (decision 018).
import type { Broker } from 'kafkajs';
import { SourceError } from '../source.ts';
import { FIRST_VERSION, LAST_VERSION, readFetchAnswer } from './fetch-answer.ts';
import type { FetchAnswer } from './protocol.ts';

type FetchRequest = Parameters<Broker['fetch']>[0];

/** What kafkajs sends, and what it does with the answer. */
interface Protocol {
  readonly request: { readonly apiVersion: number };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<unknown>;
    /** Throws the errors that the answer tells of. */
    readonly parse: (answer: unknown) => Promise<unknown>;
  };
}

interface ConnectionPool {
  send(protocol: Protocol): Promise<unknown>;
  destroy(): Promise<void>;
}

/**
 * @throws what kafkajs throws for an error of a partition, a connection or a login; SourceError where the brokers are
 *   too old
 */
export async function fetchFrom(broker: Broker, request: FetchRequest): Promise<FetchAnswer> {
  const { connectionPool: pool } = broker as Broker & { readonly connectionPool: ConnectionPool };
  const own: ConnectionPool = {
    send: protocol => pool.send(withOwnReading(protocol)),
    destroy: () => pool.destroy(),
  };
  const reading = Object.create(broker, { connectionPool: { value: own } }) as Broker;
  return (await reading.fetch(request)) as FetchAnswer;
}

function withOwnReading({ request, response, ...rest }: Protocol): Protocol {
  const { apiVersion } = request;
  const { parse } = response;
  if (apiVersion < FIRST_VERSION || apiVersion > LAST_VERSION) {
    throw new SourceError(
      `the brokers answer fetches in version ${apiVersion}: Kafka 0.11 and later is read, up to version ${LAST_VERSION}`,
    );
  }
  const decode = async (bytes: Buffer): Promise<FetchAnswer> => readFetchAnswer(bytes, apiVersion);
  return { ...rest, request, response: { decode, parse } };
}
