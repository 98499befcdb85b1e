// Hot path: one client's connection, from bytes to bytes. One thread answers all of them, a turn each.
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { asServeError, ServeError } from '../errors.ts';
import { writeError } from './error-codec.ts';
import { FrameReader } from './frame-reader.ts';
import type { Limits, Shared } from './shared.ts';
import {
  ANSWER,
  FRONTIER,
  GOAWAY,
  HELLO,
  MAGIC,
  MAX_HELLO,
  NO_REQUEST,
  ProtocolError,
  READ,
  VERSION,
  WELCOME,
} from './protocol.ts';

/** Keys that one connection is answered before the others, and the records that come in, get their turn. */
const TURN = 256;

export interface ConnectionEvents {
  closed(connection: Connection): void;
}

/**
 * What holds of every client, well-behaved or not: its frames are answered in order; what it has not read of its
 * answers is bounded by one turn's worth, because while the socket takes no more, nothing more is read from it; and
 * what it sends can end its own connection alone.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  readonly #limits: Limits;
  readonly #log: Logger;
  readonly #reader = new FrameReader(MAX_HELLO);
  #welcome = false;
  #leaving = false;
  #closed = false;
  /** The socket takes no more for now. */
  #blocked = false;
  /** Frames wait for another turn. */
  #waiting = false;
  /** The client has sent its last byte. */
  #ended = false;
  /** The number of the frontier that the client knows. */
  #frontier = 0;
  /** Since when something has been owed: a frame's rest, or the taking of an answer. NaN: nothing is. */
  #owedSince: number;

  constructor(socket: Socket, shared: Shared, limits: Limits, log: Logger, events: ConnectionEvents) {
    this.#socket = socket;
    this.#shared = shared;
    this.#limits = limits;
    this.#log = log;
    this.#owedSince = shared.timers.now();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#end());
    // A client that vanishes is no event of ours; 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      events.closed(this);
    });
  }

  /** Answers what was sent, and asks the client to go elsewhere. */
  goAway(): void {
    if (this.#leaving || this.#closed) return;
    this.#leaving = true;
    if (!this.#welcome) {
      this.#socket.destroy();
      return;
    }
    const { writer } = this.#shared;
    writer.end(writer.begin(NO_REQUEST, GOAWAY));
    this.#flush();
  }

  /** Ends a connection on which something has been owed for longer than `stall` ms. */
  checkStall(now: number): void {
    // NaN, where nothing is owed, is above nothing.
    if (!(now - this.#owedSince > this.#limits.stall)) return;
    const owes = !this.#welcome
      ? 'did not say hello'
      : this.#blocked
        ? 'did not read its answers'
        : 'sent half a frame';
    this.#log.warn(
      { client: this.#socket.remoteAddress, stall: this.#limits.stall },
      `a client ${owes} in time`,
    );
    this.#shared.events.dropped('stalled');
    this.#owedSince = NaN;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#closed) return;
    this.#reader.push(chunk);
    if (!this.#blocked && !this.#waiting) this.#turn();
  }

  #drained(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#owedSince = NaN;
    this.#turn();
  }

  #end(): void {
    this.#ended = true;
    if (!this.#blocked && !this.#waiting) this.#turn();
  }

  /** Answers what has arrived, up to a turn's worth, and hands all of it to the socket at once. */
  #turn(): void {
    this.#waiting = false;
    if (this.#closed) return;
    try {
      const reader = this.#reader;
      let keys = 0;
      while (keys < TURN && reader.next()) keys += this.#frame();
      // Whatever has begun to arrive now has begun now.
      if (keys > 0 && this.#welcome) this.#owedSince = NaN;
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    this.#flush();
    this.#goOn();
  }

  #goOn(): void {
    const reader = this.#reader;
    if (this.#blocked) {
      this.#socket.pause();
      this.#owedSince = this.#shared.timers.now();
      return;
    }
    if (reader.hasMore) {
      this.#socket.pause();
      this.#waiting = true;
      setImmediate(() => this.#turn());
      return;
    }
    if (this.#ended) {
      this.#socket.end();
      return;
    }
    if (this.#socket.isPaused()) this.#socket.resume();
    if (!this.#welcome) return;
    if (!reader.isWithinFrame) this.#owedSince = NaN;
    else if (Number.isNaN(this.#owedSince)) this.#owedSince = this.#shared.timers.now();
  }

  /** Answers the frame in hand. @returns the keys it was about, at least one */
  #frame(): number {
    const reader = this.#reader;
    if (!this.#welcome) {
      this.#hello();
      return 1;
    }
    if (reader.kind !== READ) throw new ProtocolError(`a client sends no frames of kind ${reader.kind}`);
    const { request } = reader;
    const { writer } = this.#shared;
    const start = writer.length;
    const known = this.#frontier;
    try {
      return this.#read(request);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      writer.drop(start);
      this.#frontier = known;
      const refusal = asServeError(error);
      if (refusal.code === 'internal') this.#log.error({ err: error }, 'a read failed');
      this.#shared.events.refused(refusal.code);
      writeError(request, refusal, writer);
      return 1;
    }
  }

  #read(request: number): number {
    const { writer, codecs, answerer, frontiers } = this.#shared;
    const place = this.#reader.uint16();
    const codec = codecs[place];
    if (codec === undefined) throw new ProtocolError(`the table has no place ${place}`);
    const asked = codec.readRequest(this.#reader, this.#limits.maxKeys);
    const answer = answerer.answer(asked);
    const frontier = frontiers.numberOf(answer.frontier);
    if (frontier !== this.#frontier) {
      const defined = writer.begin(NO_REQUEST, FRONTIER);
      writer.raw(frontiers.payload);
      writer.end(defined);
      this.#frontier = frontier;
    }
    const start = writer.begin(request, ANSWER);
    writer.double(answer.at);
    writer.uint32(frontier);
    codec.writeValues(answer, writer);
    writer.end(start);
    return asked.keys.length + 1;
  }

  #hello(): void {
    const reader = this.#reader;
    if (reader.kind !== HELLO || reader.uint32() !== MAGIC)
      throw new ProtocolError('this is the port of skewless clients: begin with HELLO');
    const version = reader.uint16();
    if (version !== VERSION)
      throw new ProtocolError(
        `the client speaks version ${version} of the protocol, the service ${VERSION}: upgrade the older of the two`,
      );
    const { token, writer, tableText } = this.#shared;
    const given = reader.text();
    reader.finish();
    if (token !== null && !token.matches(given)) {
      throw new ServeError(
        'unauthorized',
        given === '' ? 'the service asks for a token' : 'the token is not the one the service asks for',
        { hint: 'give it as `token`' },
      );
    }
    this.#welcome = true;
    this.#owedSince = NaN;
    reader.limit = this.#limits.maxFrame;
    const start = writer.begin(NO_REQUEST, WELCOME);
    writer.uint16(VERSION);
    writer.uint32(this.#limits.maxFrame);
    writer.uint32(this.#limits.maxKeys);
    writer.uint32(this.#limits.maxInFlight);
    writer.text(tableText);
    writer.end(start);
    if (!this.#leaving) return;
    writer.end(writer.begin(NO_REQUEST, GOAWAY));
  }

  /** Says why, and closes: after what cannot be understood nothing can be. */
  #giveUp(error: unknown): void {
    const refusal =
      error instanceof ProtocolError
        ? new ServeError('invalid_request', error.message)
        : error instanceof ServeError
          ? error
          : asServeError(error);
    this.#log.warn(
      { client: this.#socket.remoteAddress, code: refusal.code, reason: (error as Error).message },
      'a client was turned away',
    );
    this.#shared.events.dropped(refusal.code === 'unauthorized' ? 'unauthorized' : 'malformed');
    writeError(NO_REQUEST, refusal, this.#shared.writer);
    this.#flush();
    this.#closed = true;
    this.#owedSince = this.#shared.timers.now();
    // Its last words get out before the end; what still comes in is not read.
    this.#socket.destroySoon();
  }

  #flush(): void {
    const { writer } = this.#shared;
    if (writer.length === 0) return;
    const socket = this.#socket;
    const taken = socket.write(writer.written());
    // Where the kernel has taken all of it, the memory is free again at once.
    if (socket.writableLength === 0) {
      writer.clear();
      return;
    }
    writer.renew();
    if (!taken) this.#blocked = true;
  }
}
