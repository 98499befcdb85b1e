// Control path: how a server stops without dropping a request.
import { once } from 'node:events';
import { Server as NetServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** The open connections of a server. */
export class Connections {
  readonly #open = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** Node takes a connection without any request for one with a request under way, and would wait for it. */
  closeUnused(): void {
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }
}

/**
 * Stops listening at once, but leaves open connections be: each is to be closed after its next answer, so that no
 * request meets a connection that is just being closed. Those that stay idle are closed after `wait` ms, and what
 * is still under way `timeout` ms later is cut off.
 */
export async function drain(
  app: FastifyInstance,
  connections: Connections,
  wait: number,
  timeout: number,
): Promise<void> {
  const closed = once(app.server, 'close');
  // Not `http.Server.close`, which closes idle connections at once.
  NetServer.prototype.close.call(app.server);
  const waited = new AbortController();
  await Promise.race([closed, delay(wait, undefined, { signal: waited.signal }).catch(() => undefined)]);
  waited.abort();
  connections.closeUnused();
  const cut = setTimeout(() => app.server.closeAllConnections(), timeout);
  await app.close();
  clearTimeout(cut);
}
