// Control path, but for `read` and the sending: many calls over one multiplexed connection, or a few.
import type { ConnectionOptions } from 'node:tls';
import { ServeError } from '../serve/errors.ts';
import { ProtocolError } from '../serve/tcp/protocol.ts';
import { processTimers } from '../serve/tcp/timers.ts';
import type { Timers } from '../serve/tcp/timers.ts';
import { Unavailable } from './errors.ts';
import type { AccessorPlan } from './plan.ts';
import { TcpConnection } from './tcp-connection.ts';
import type { ConnectionOwner } from './tcp-connection.ts';
import { dial } from './tcp-dial.ts';
import type { Address } from './tcp-dial.ts';
import { CallQueue } from './tcp-queue.ts';
import type { Call, CallList } from './tcp-queue.ts';
import { asClientError, fail } from './tcp-refusal.ts';
import type { ClosableTransport, ReadAnswer, ReadRequest } from './transport.ts';

export interface TcpOptions {
  /** `127.0.0.1` unless told otherwise. */
  readonly host?: string;
  readonly port: number;
  readonly token?: string | undefined;
  /** Options of Node's `tls.connect`; `{}` for TLS as it is. Absent: without. */
  readonly tls?: ConnectionOptions | undefined;
  /** For a read as a whole, connecting and retries included, ms; 2,000 unless told otherwise. */
  readonly timeout?: number;
  /** For one connection to come about, ms; 1,000 unless told otherwise. */
  readonly connectTimeout?: number;
  /** How often a connection is tried again that did not come about; 2. Nothing that was sent is sent again. */
  readonly retries?: number;
  /** The longest wait before the first retry, ms; doubled for each one after it; 50. */
  readonly backoff?: number;
  /** Connections to spread reads over; 1. */
  readonly connections?: number;
  /** Reads that may wait to be sent; 10,000. One more fails at once. */
  readonly maxWaiting?: number;
  /** From 0 to below 1; spreads the retries of many clients. */
  readonly random?: () => number;
  readonly timers?: Timers;
}

/**
 * Reads over the service's binary protocol: many over one connection, those of one tick for the same group or
 * vector as one request. What was not sent yet when a connection breaks goes over the next; what was fails as
 * Unavailable. Throws the errors of client/errors.ts.
 */
export function tcp(options: TcpOptions): ClosableTransport {
  return new Client(options);
}

/** A place for a connection. */
interface Line {
  connection: TcpConnection | null;
  dialling: boolean;
  attempts: number;
}

class Client implements ClosableTransport, ConnectionOwner {
  readonly #address: Address;
  readonly #timeout: number;
  readonly #connectTimeout: number;
  readonly #retries: number;
  readonly #backoff: number;
  readonly #maxWaiting: number;
  readonly #random: () => number;
  readonly #timers: Timers;
  readonly #queue = new CallQueue();
  readonly #lines: readonly Line[];
  /** Every connection that is not closed, those that are leaving too. */
  readonly #connections = new Set<TcpConnection>();
  #turn = 0;
  #sending = false;
  #watching = false;
  #closed: (() => void) | null = null;
  #whenClosed: Promise<void> | null = null;

  constructor(options: TcpOptions) {
    const { host = '127.0.0.1', port, token = null, tls = null, timeout = 2000 } = options;
    this.#address = { host, port, token, tls };
    this.#timeout = timeout;
    this.#connectTimeout = options.connectTimeout ?? 1000;
    this.#retries = options.retries ?? 2;
    this.#backoff = options.backoff ?? 50;
    this.#maxWaiting = options.maxWaiting ?? 10_000;
    this.#random = options.random ?? Math.random;
    this.#timers = options.timers ?? processTimers;
    const lines = Math.max(1, options.connections ?? 1);
    this.#lines = Array.from({ length: lines }, () => ({ connection: null, dialling: false, attempts: 0 }));
  }

  read(request: ReadRequest, plan?: AccessorPlan): Promise<ReadAnswer> {
    if (this.#whenClosed !== null)
      return Promise.reject(new Unavailable('closed', 'the client has been closed'));
    if (this.#queue.size >= this.#maxWaiting)
      return Promise.reject(
        new Unavailable(
          'timeout',
          `${this.#queue.size} reads wait to be sent already: the service does not keep up`,
        ),
      );
    return new Promise((resolve, reject) => {
      const deadline = this.#timers.now() + this.#timeout;
      this.#queue.add({ request, plan, resolve, reject, deadline, settled: false, alone: false });
      this.#sendSoon();
      if (!this.#watching) this.#watch();
    });
  }

  close(): Promise<void> {
    if (this.#whenClosed !== null) return this.#whenClosed;
    this.#whenClosed = new Promise(resolve => (this.#closed = resolve));
    this.#send();
    return this.#whenClosed;
  }

  progressed(connection: TcpConnection): void {
    if (connection.isClosed) this.#connections.delete(connection);
    if (!this.#sending) this.#send();
  }

  left(connection: TcpConnection): void {
    const line = this.#lines.find(each => each.connection === connection);
    if (line !== undefined) line.connection = null;
  }

  again(calls: readonly Call[]): void {
    for (const call of calls) this.#queue.add(call);
  }

  /** After all that this tick still has to say, so that its calls share requests. */
  #sendSoon(): void {
    if (this.#sending) return;
    this.#sending = true;
    process.nextTick(() => {
      this.#sending = false;
      this.#send();
    });
  }

  #send(): void {
    for (let list = this.#queue.first; list !== undefined; list = this.#queue.first) {
      const connection = this.#lineWithRoom();
      if (connection === null) break;
      this.#queue.advance(this.#sendFrom(list, connection));
    }
    for (const { connection } of this.#lines) connection?.flush();
    if (this.#queue.size > 0) this.#dialMissing();
    else if (this.#closed !== null) this.#finish(this.#closed);
  }

  /** @returns the list's first call that is still to be sent */
  #sendFrom(list: CallList, connection: TcpConnection): number {
    try {
      const served = connection.welcome.table.get(list.kind, list.name);
      return connection.send(served, list.at, list.calls, list.next);
    } catch (error) {
      for (let i = list.next; i < list.calls.length; i += 1) fail(list.calls[i]!, asClientError(error));
      return list.calls.length;
    }
  }

  #lineWithRoom(): TcpConnection | null {
    const lines = this.#lines;
    for (let i = 0; i < lines.length; i += 1) {
      this.#turn = this.#turn + 1 < lines.length ? this.#turn + 1 : 0;
      const { connection } = lines[this.#turn]!;
      if (connection !== null && connection.hasRoom) return connection;
    }
    return null;
  }

  #dialMissing(): void {
    for (const line of this.#lines) if (line.connection === null && !line.dialling) this.#dial(line);
  }

  #dial(line: Line): void {
    line.dialling = true;
    dial(this.#address, this.#connectTimeout, this.#timers, {
      welcomed: (socket, reader, welcome) => {
        line.dialling = false;
        line.attempts = 0;
        const connection = new TcpConnection(socket, reader, welcome, this, this.#timers.now);
        this.#connections.add(connection);
        line.connection = connection;
        connection.begin();
      },
      failed: error => this.#failedToDial(line, error),
    });
  }

  #failedToDial(line: Line, error: Error): void {
    const isRefusal = error instanceof ServeError || error instanceof ProtocolError;
    if (!isRefusal && line.attempts < this.#retries && this.#queue.size > 0) {
      const pause = this.#random() * this.#backoff * 2 ** line.attempts;
      line.attempts += 1;
      this.#timers.after(pause, () => this.#dial(line));
      return;
    }
    const tries = `${line.attempts + 1} ${line.attempts === 0 ? 'try' : 'tries'}`;
    line.dialling = false;
    line.attempts = 0;
    // Another line may still send what waits.
    if (!this.#lines.some(({ connection, dialling }) => connection !== null || dialling)) {
      const { host, port } = this.#address;
      const failure = isRefusal
        ? asClientError(error)
        : new Unavailable('connect', `no connection to ${host}:${port} in ${tries}: ${whyNot(error)}`, {
            cause: error,
          });
      for (const call of this.#queue.remove(() => true)) fail(call, failure);
    }
    if (this.#closed !== null) this.#send();
  }

  /** Looks for calls whose time is over, as long as there are any. */
  #watch(): void {
    this.#watching = true;
    this.#timers.after(Math.max(1, this.#timeout / 10), () => {
      const now = this.#timers.now();
      for (const call of this.#queue.remove(each => each.deadline <= now))
        fail(call, new Unavailable('timeout', `the read could not be sent within ${this.#timeout} ms`));
      let inFlight = 0;
      for (const connection of this.#connections) {
        connection.expire(now, this.#timeout);
        inFlight += connection.inFlight;
      }
      this.#watching = false;
      if (inFlight > 0 || this.#queue.size > 0) this.#watch();
      else if (this.#closed !== null) this.#send();
    });
  }

  /** The last read is on its way: connections end after their answers. */
  #finish(closed: () => void): void {
    for (const connection of this.#connections) connection.leave();
    if (this.#connections.size === 0 && !this.#lines.some(({ dialling }) => dialling)) closed();
  }
}

/** A host of several addresses fails with an error for each, and no message of its own. */
function whyNot(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(each => (each as Error).message).join('; ');
  return error.message;
}
