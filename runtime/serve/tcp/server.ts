// Control path: the listening socket, and the connections' begin and end.
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { Answerer } from '../answerer.ts';
import { checkExposure } from '../exposure.ts';
import { listenError } from '../listen-error.ts';
import type { ServingPlan } from '../plan.ts';
import { Token } from '../token.ts';
import { Connection } from './connection.ts';
import { FrameWriter } from './frame-writer.ts';
import { ServedCodec } from './read-request.ts';
import { servedTableText } from './served-table.ts';
import { FrontierNumbers } from './shared.ts';
import type { Limits, Shared, TcpServerEvents } from './shared.ts';
import { processTimers } from './timers.ts';
import type { Timers } from './timers.ts';

export interface TcpServerOptions {
  readonly plan: ServingPlan;
  readonly answerer: Answerer;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What clients must show; needed wherever others can connect. */
  readonly token?: string | undefined;
  /** Allows to listen beyond this machine without a token. */
  readonly insecure?: boolean | undefined;
  /** Certificate and key; absent: without TLS. */
  readonly tls?: TlsOptions | undefined;
  /** The greatest request, bytes: 1 MiB unless told otherwise. */
  readonly maxFrame?: number;
  /** In one request: 1,000 unless told otherwise. */
  readonly maxKeys?: number;
  /** Requests that one client may have under way: 256 unless told otherwise. */
  readonly maxInFlight?: number;
  /** Clients at a time: 1,024 unless told otherwise. */
  readonly maxConnections?: number;
  /** ms in which a client must say hello, complete a frame that has begun, and take its answers: 10 s. */
  readonly stall?: number;
  /** ms that `close` waits for clients to leave: 10 s. */
  readonly drain?: number;
  readonly log: Logger;
  readonly events?: TcpServerEvents;
  readonly timers?: Timers;
}

export interface TcpServer {
  /** Listens. @throws where the address cannot be had */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  /** Takes no more clients, answers all that has been sent, and settles when the last client has left. */
  close(): Promise<void>;
}

const SILENT: TcpServerEvents = {
  connections: () => undefined,
  refused: () => undefined,
  dropped: () => undefined,
};

/** Serves reads over the protocol of protocol.ts. @throws Error where it would be open to others without a token */
export function tcpServer(options: TcpServerOptions): TcpServer {
  checkExposure('the TCP server', options);
  const { plan, answerer, log, events = SILENT, timers = processTimers } = options;
  const limits: Limits = {
    maxFrame: options.maxFrame ?? 1024 * 1024,
    maxKeys: options.maxKeys ?? 1000,
    maxInFlight: options.maxInFlight ?? 256,
    stall: options.stall ?? 10_000,
  };
  const shared: Shared = {
    answerer,
    codecs: plan.served.map(served => new ServedCodec(served)),
    tableText: servedTableText(plan),
    token: options.token === undefined ? null : new Token(options.token),
    frontiers: new FrontierNumbers(),
    writer: new FrameWriter(),
    timers,
    events,
  };
  const connections = new Set<Connection>();
  const closed = (connection: Connection): void => {
    connections.delete(connection);
    events.connections(connections.size);
  };
  const accept = (socket: Socket): void => {
    if (connections.size >= (options.maxConnections ?? 1024)) {
      log.warn(
        { client: socket.remoteAddress, connections: connections.size },
        'too many clients are connected',
      );
      events.dropped('too_many');
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    connections.add(new Connection(socket, shared, limits, log, { closed }));
    events.connections(connections.size);
  };
  const half = { allowHalfOpen: true };
  const server =
    options.tls === undefined
      ? createServer(half, accept)
      : createTlsServer({ handshakeTimeout: limits.stall, ...options.tls, ...half }, accept);
  // A handshake that fails is the client's to tell.
  server.on('tlsClientError', (error: Error) =>
    log.debug({ reason: error.message }, 'a TLS handshake failed'),
  );

  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  let stopWatch: (() => void) | null = null;
  const watch = (): void => {
    const now = timers.now();
    for (const connection of connections) connection.checkStall(now);
    stopWatch = timers.after(Math.min(1000, limits.stall), watch);
  };

  return {
    async start() {
      await listening(server, options.host, options.port);
      watch();
      const { address, port } = server.address() as AddressInfo;
      return { host: address, port };
    },
    close() {
      stopWatch?.();
      return new Promise(resolve => {
        const giveUp = timers.after(options.drain ?? 10_000, () => {
          if (connections.size > 0)
            log.warn({ connections: connections.size }, 'clients did not leave in time, and are cut off');
          for (const socket of sockets) socket.destroy();
        });
        server.close(() => {
          giveUp();
          resolve();
        });
        for (const connection of connections) connection.goAway();
      });
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => reject(listenError('serve.tcp', { host, port }, error)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}
