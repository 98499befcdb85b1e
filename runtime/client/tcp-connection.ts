// Hot path: one connection to a server, from its welcome to its end.
import type { Socket } from 'node:net';
import type { FrontierEntry } from '../engine/record.ts';
import type { ServeError } from '../serve/errors.ts';
import type { ServeCode } from '../serve/errors.ts';
import type { ServedTable } from '../serve/find-served.ts';
import { readError } from '../serve/tcp/error-codec.ts';
import type { FrameReader } from '../serve/tcp/frame-reader.ts';
import { FrameWriter } from '../serve/tcp/frame-writer.ts';
import { readFrontier } from '../serve/tcp/frontier-codec.ts';
import {
  ANSWER,
  ERROR,
  FRONTIER,
  GOAWAY,
  HEAD_BYTES,
  LENGTH_BYTES,
  MAX_ANSWER,
  NO_REQUEST,
  ProtocolError,
  READ,
} from '../serve/tcp/protocol.ts';
import { Unavailable } from './errors.ts';
import type { Call } from './tcp-queue.ts';
import { asClientError, fail, tooLarge, tooMany } from './tcp-refusal.ts';
import type { ClientServed } from './tcp-served.ts';

/** What the server said in its welcome. */
export interface Welcome {
  readonly maxFrame: number;
  readonly maxKeys: number;
  readonly maxInFlight: number;
  readonly table: ServedTable<ClientServed>;
}

export interface ConnectionOwner {
  /** There is room again, or nothing more to come in this turn. */
  progressed(connection: TcpConnection): void;
  /** Nothing more can be sent here. */
  left(connection: TcpConnection): void;
  /** These are to be asked again, each alone. */
  again(calls: readonly Call[]): void;
}

interface InFlight {
  readonly served: ClientServed;
  readonly calls: readonly Call[];
}

/** Refusals that would meet every call of the batch alike. */
const COMMON: ReadonlySet<ServeCode> = new Set([
  'too_far_back',
  'too_far_ahead',
  'unknown_name',
  'unauthorized',
  'unavailable',
]);

export class TcpConnection {
  readonly welcome: Welcome;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #writer = new FrameWriter();
  readonly #owner: ConnectionOwner;
  readonly #inFlight = new Map<number, InFlight>();
  readonly #now: () => number;
  #request = NO_REQUEST;
  #frontierNumber = 0;
  #frontier: readonly FrontierEntry[] = [];
  #blocked = false;
  #leaving = false;
  #closed = false;
  #why: Error | undefined;
  #heardAt: number;

  /** @param reader has read the welcome, and may hold what came behind it */
  constructor(
    socket: Socket,
    reader: FrameReader,
    welcome: Welcome,
    owner: ConnectionOwner,
    now: () => number,
  ) {
    this.welcome = welcome;
    this.#socket = socket;
    this.#reader = reader;
    this.#owner = owner;
    this.#now = now;
    this.#heardAt = now();
    reader.limit = MAX_ANSWER;
    socket.unref();
    socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      this.#takeFrames();
    });
    socket.on('drain', () => {
      this.#blocked = false;
      this.#owner.progressed(this);
    });
    socket.on('error', error => (this.#why ??= error));
    socket.on('close', () => this.#close());
  }

  /** What came in one piece with the welcome. */
  begin(): void {
    this.#takeFrames();
  }

  /** Whether another request may be sent. */
  get hasRoom(): boolean {
    return (
      !this.#blocked && !this.#leaving && !this.#closed && this.#inFlight.size < this.welcome.maxInFlight
    );
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Requests without an answer. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Writes one request with as many of the calls from `from` on as one may hold; `flush` sends it.
   * @returns the first call that it does not hold
   */
  send(served: ClientServed, at: number | undefined, calls: readonly Call[], from: number): number {
    const { maxFrame, maxKeys } = this.welcome;
    const writer = this.#writer;
    this.#request = this.#request === 0xffff_ffff ? 1 : this.#request + 1;
    const start = writer.begin(this.#request, READ);
    const countAt = served.writeHead(at, writer);
    const sent: Call[] = [];
    let keys = 0;
    let next = from;
    for (; next < calls.length; next += 1) {
      const call = calls[next]!;
      if (sent.length > 0 && (call.alone || sent[0]!.alone)) break;
      const asked = call.request.keys;
      if (keys + asked.length > maxKeys && sent.length > 0) break;
      const before = writer.length;
      try {
        if (asked.length > maxKeys) throw tooMany(asked.length, maxKeys);
        if (call.plan !== undefined) served.checkPlan(call.plan);
        served.writeKeys(asked, writer);
        if (writer.length - start - LENGTH_BYTES > maxFrame) {
          if (sent.length > 0) {
            writer.drop(before);
            break;
          }
          throw tooLarge(writer.length - start - LENGTH_BYTES - HEAD_BYTES, maxFrame);
        }
        keys += asked.length;
        sent.push(call);
      } catch (error) {
        writer.drop(before);
        fail(call, asClientError(error));
      }
    }
    if (sent.length === 0) {
      writer.drop(start);
      return next;
    }
    writer.setUint32(countAt, keys);
    writer.end(start);
    if (this.#inFlight.size === 0) this.#socket.ref();
    this.#inFlight.set(this.#request, { served, calls: sent });
    return next;
  }

  flush(): void {
    const writer = this.#writer;
    if (writer.length === 0) return;
    const socket = this.#socket;
    const taken = socket.write(writer.written());
    if (socket.writableLength === 0) {
      writer.clear();
      return;
    }
    writer.renew();
    if (!taken) this.#blocked = true;
  }

  /** Fails the calls whose time is over. A server that has said nothing in all that time is given up. */
  expire(now: number, timeout: number): void {
    let overdue = false;
    for (const { calls } of this.#inFlight.values()) {
      for (const call of calls) {
        if (call.deadline > now) continue;
        overdue = true;
        fail(call, new Unavailable('timeout', `no answer came within ${timeout} ms`));
      }
    }
    if (overdue && now - this.#heardAt > timeout) {
      this.#why = new Error('the server says nothing');
      this.#socket.destroy();
    }
  }

  /** Sends nothing more, and ends when all is answered. */
  leave(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#owner.left(this);
    if (this.#inFlight.size === 0) this.#socket.end();
  }

  #takeFrames(): void {
    if (this.#closed) return;
    this.#heardAt = this.#now();
    try {
      while (this.#reader.next()) this.#frame();
    } catch (error) {
      this.#why = error as Error;
      this.#socket.destroy();
      return;
    }
    if (this.#inFlight.size === 0) {
      this.#socket.unref();
      if (this.#leaving) this.#socket.end();
    }
    this.#owner.progressed(this);
  }

  #frame(): void {
    const reader = this.#reader;
    switch (reader.kind) {
      case ANSWER:
        return this.#answer();
      case FRONTIER:
        this.#frontierNumber = reader.uint32();
        this.#frontier = readFrontier(reader);
        return reader.finish();
      case ERROR:
        return this.#refusal(readError(reader));
      case GOAWAY:
        return this.leave();
      default:
        throw new ProtocolError(`a server sends no frames of kind ${reader.kind}`);
    }
  }

  #answer(): void {
    const reader = this.#reader;
    const { served, calls } = this.#take(reader.request);
    const at = reader.double();
    if (reader.uint32() !== this.#frontierNumber)
      throw new ProtocolError('an answer refers to a frontier that was not told');
    const count = reader.uint32();
    const frontier = this.#frontier;
    const { meanings } = served;
    const { fingerprint } = served.served;
    let keys = 0;
    for (let i = 0; i < calls.length; i += 1) {
      const call = calls[i]!;
      const { length } = call.request.keys;
      keys += length;
      if (keys > count) break;
      const values = served.readValues(length, reader);
      if (call.settled) continue;
      call.settled = true;
      call.resolve({ at, frontier, values, fingerprint, meanings });
    }
    if (keys !== count) throw new ProtocolError(`an answer holds ${count} keys, asked for were ${keys}`);
    reader.finish();
  }

  #refusal(error: ServeError): void {
    const { request } = this.#reader;
    if (request === NO_REQUEST) {
      this.#why = error;
      return;
    }
    const { calls } = this.#take(request);
    if (calls.length === 1 || COMMON.has(error.code)) {
      for (const call of calls) fail(call, asClientError(error));
      return;
    }
    for (const call of calls) call.alone = true;
    this.#owner.again(calls.filter(call => !call.settled));
  }

  #take(request: number): InFlight {
    const found = this.#inFlight.get(request);
    if (found === undefined) throw new ProtocolError(`nothing was asked as request ${request}`);
    this.#inFlight.delete(request);
    return found;
  }

  #close(): void {
    this.#closed = true;
    if (!this.#leaving) {
      this.#leaving = true;
      this.#owner.left(this);
    }
    const why = this.#why === undefined ? '' : `: ${this.#why.message}`;
    for (const { calls } of this.#inFlight.values()) {
      for (const call of calls)
        fail(
          call,
          new Unavailable('lost', `the connection broke before the answer${why}`, { cause: this.#why }),
        );
    }
    this.#inFlight.clear();
    this.#owner.progressed(this);
  }
}
