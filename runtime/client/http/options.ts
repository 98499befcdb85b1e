import type { ConnectionOptions } from 'node:tls';

export interface HttpOptions {
  /** Where the service is: `http://127.0.0.1:8080`, with a path where it stands behind one. */
  readonly url: string | URL;
  readonly token?: string;
  /** For a read as a whole, connecting and retries included, ms; 2,000 unless told otherwise. */
  readonly timeout?: number;
  /** For one connection to come about, ms; 1,000 unless told otherwise. */
  readonly connectTimeout?: number;
  /** How often a connection is tried again that did not come about; 2. Nothing that was sent is sent again. */
  readonly retries?: number;
  /** The longest wait before the first retry, ms; doubled for each one after it; 50. */
  readonly backoff?: number;
  /** Connections held open; 16. */
  readonly connections?: number;
  /** Keys of the calls of one turn that go as one request; 200, and the service's limit is to be kept. 1: none. */
  readonly batch?: number;
  /** Certificates and the like, where the url is https. */
  readonly tls?: Pick<
    ConnectionOptions,
    'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
  >;
  /** From 0 to below 1; spreads the retries of many clients. */
  readonly random?: () => number;
}
