// What all connections of one server have in common.
import type { FrontierEntry } from '../../engine/record.ts';
import type { Answerer } from '../answerer.ts';
import type { ServeCode } from '../errors.ts';
import type { Token } from '../token.ts';
import { writeFrontier } from './frontier-codec.ts';
import { FrameWriter } from './frame-writer.ts';
import type { ServedCodec } from './read-request.ts';
import type { Timers } from './timers.ts';

/** What is told of the clients, to be counted. */
export interface TcpServerEvents {
  /** So many clients are connected now. */
  connections(count: number): void;
  /** A read had no values for an answer. */
  refused(code: ServeCode): void;
  /** A connection was ended. */
  dropped(reason: 'unauthorized' | 'malformed' | 'stalled' | 'too_many'): void;
}

export interface Limits {
  /** Bytes of a request. */
  readonly maxFrame: number;
  /** Of one request. */
  readonly maxKeys: number;
  /** Requests that a client may have under way; it is told, and keeps to it. */
  readonly maxInFlight: number;
  /** ms in which a frame that has begun must be whole, and answers taken. */
  readonly stall: number;
}

export interface Shared {
  readonly answerer: Answerer;
  readonly codecs: readonly ServedCodec[];
  readonly tableText: string;
  readonly token: Token | null;
  readonly frontiers: FrontierNumbers;
  /** Used by one connection at a time, from its turn's begin to its end. */
  readonly writer: FrameWriter;
  readonly timers: Timers;
  readonly events: TcpServerEvents;
}

/** Numbers frontiers as they come, and keeps the bytes of the last. */
export class FrontierNumbers {
  readonly #writer = new FrameWriter();
  #frontier: readonly FrontierEntry[] | null = null;
  #number = 0;

  /** From 1 on, and then around: a client holds one at a time. */
  numberOf(frontier: readonly FrontierEntry[]): number {
    if (frontier !== this.#frontier) {
      this.#frontier = frontier;
      this.#number = this.#number === 0xffff_ffff ? 1 : this.#number + 1;
      this.#writer.clear();
      writeFrontier(this.#number, frontier, this.#writer);
    }
    return this.#number;
  }

  /** What FRONTIER says of the last number. */
  get payload(): Uint8Array {
    return this.#writer.written();
  }
}
