import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { readError } from '../../../runtime/serve/tcp/error-codec.ts';
import { FrameReader } from '../../../runtime/serve/tcp/frame-reader.ts';
import { FrameWriter } from '../../../runtime/serve/tcp/frame-writer.ts';
import {
  ANSWER,
  ERROR,
  FRONTIER,
  HELLO,
  MAGIC,
  MAX_ANSWER,
  READ,
  VERSION,
} from '../../../runtime/serve/tcp/protocol.ts';
import { PATIENCE } from '../../support/patient.ts';

export interface Frame {
  readonly kind: number;
  readonly request: number;
  /** Of an error: its code and message. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A client without manners: writes what it is told, and notes what comes. */
export class RawClient {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<void>;
  readonly #reader = new FrameReader(MAX_ANSWER);

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    this.socket.on('error', () => undefined);
    this.socket.on('end', () => this.socket.end());
    this.closed = new Promise(resolve => this.socket.once('close', () => resolve()));
    this.socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      while (this.#reader.next()) {
        const { kind, request } = this.#reader;
        this.frames.push({ kind, request, error: kind === ERROR ? readError(this.#reader) : null });
      }
    });
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  count(kind: number): number {
    return this.frames.filter(frame => frame.kind === kind).length;
  }

  get answers(): number {
    return this.count(ANSWER);
  }

  get frontiers(): number {
    return this.count(FRONTIER);
  }

  get errors(): readonly string[] {
    return this.frames.flatMap(({ error }) => (error === null ? [] : [error.code]));
  }
}

export function helloBytes(token = '', version = VERSION, magic = MAGIC): Buffer {
  const writer = new FrameWriter();
  const start = writer.begin(0, HELLO);
  writer.uint32(magic);
  writer.uint16(version);
  writer.text(token);
  writer.end(start);
  return writer.written();
}

/** READ of `small`, which stands first in the table. */
export function readBytes(request: number, ...ids: readonly number[]): Buffer {
  const writer = new FrameWriter();
  const start = writer.begin(request, READ);
  writer.uint16(0);
  writer.byte(0);
  writer.uint32(ids.length);
  for (const id of ids) {
    writer.byte(0);
    writer.double(id);
  }
  writer.end(start);
  return writer.written();
}

/** @throws where it does not hold in time */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`it does not hold: ${holds.toString()}`);
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}
