// Control path: from an address to a connection that has been welcomed.
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { readError } from '../serve/tcp/error-codec.ts';
import { FrameReader } from '../serve/tcp/frame-reader.ts';
import { FrameWriter } from '../serve/tcp/frame-writer.ts';
import {
  ERROR,
  HELLO,
  MAGIC,
  MAX_ANSWER,
  NO_REQUEST,
  ProtocolError,
  VERSION,
  WELCOME,
} from '../serve/tcp/protocol.ts';
import { readServedTable } from '../serve/tcp/served-table.ts';
import type { Timers } from '../serve/tcp/timers.ts';
import type { Welcome } from './tcp-connection.ts';
import { clientTable } from './tcp-served.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions | null;
  readonly token: string | null;
}

/** What becomes of a call; one of the two happens, once. */
export interface Dialling {
  /** The reader may hold what came behind the welcome. */
  welcomed(socket: Socket, reader: FrameReader, welcome: Welcome): void;
  /** ServeError where the server turned us away, ProtocolError where it is another; else what the network said. */
  failed(error: Error): void;
}

/** Connects, shows the token, hears what is served. */
export function dial(address: Address, timeout: number, timers: Timers, dialling: Dialling): void {
  const { host, port, tls } = address;
  const socket =
    tls === null ? connectTcp({ host, port }) : connectTls({ host, port, servername: host, ...tls });
  const reader = new FrameReader(MAX_ANSWER);
  const settle = (): void => {
    giveUp();
    socket.off('data', take).off('error', fail).off('close', closed);
  };
  const fail = (error: Error): void => {
    settle();
    socket.on('error', () => undefined);
    socket.destroy();
    dialling.failed(error);
  };
  const closed = (): void => fail(new Error(`${host}:${port} closed the connection before its welcome`));
  const take = (chunk: Buffer): void => {
    let welcome: Welcome;
    try {
      reader.push(chunk);
      if (!reader.next()) return;
      welcome = readWelcome(reader);
    } catch (error) {
      fail(error as Error);
      return;
    }
    settle();
    dialling.welcomed(socket, reader, welcome);
  };
  const giveUp = timers.after(timeout, () =>
    fail(new Error(`${host}:${port} did not welcome us within ${timeout} ms`)),
  );
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  socket.once(tls === null ? 'connect' : 'secureConnect', () => socket.write(hello(address.token)));
  socket.on('data', take).on('error', fail).on('close', closed);
}

function hello(token: string | null): Buffer {
  const writer = new FrameWriter();
  const start = writer.begin(NO_REQUEST, HELLO);
  writer.uint32(MAGIC);
  writer.uint16(VERSION);
  writer.text(token ?? '');
  writer.end(start);
  return writer.written();
}

function readWelcome(reader: FrameReader): Welcome {
  if (reader.kind === ERROR) throw readError(reader);
  if (reader.kind !== WELCOME) throw new ProtocolError('this is no port of skewless clients');
  const version = reader.uint16();
  if (version !== VERSION)
    throw new ProtocolError(`the service speaks version ${version} of the protocol, this client ${VERSION}`);
  const [maxFrame, maxKeys, maxInFlight] = [reader.uint32(), reader.uint32(), reader.uint32()];
  const table = clientTable(readServedTable(reader.text()));
  reader.finish();
  return { maxFrame, maxKeys, maxInFlight, table };
}
