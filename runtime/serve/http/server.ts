// Control path: the HTTP server as a whole.
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { checkExposure, isLoopback } from '../exposure.ts';
import { listenError } from '../listen-error.ts';
import { asHttpError, refuseSocket } from './as-http-error.ts';
import { authorizeBy } from './authorize.ts';
import { docsPage } from './docs-page.ts';
import { Connections, drain } from './drain.ts';
import { refuse } from './error-reply.ts';
import { openApiDocument } from './openapi/document.ts';
import type { HttpServer, HttpServerOptions } from './options.ts';
import { readRoutes } from './read-routes.ts';
import { serviceRoutes } from './service-routes.ts';

const BODY_LIMIT = 1 << 20;
const MAX_KEYS = 1000;

/**
 * Serves features over HTTP: reads under `/v1`, and beside them the index, the OpenAPI document and its page,
 * health, readiness and metrics.
 * @throws Error where it would listen beyond this machine without a token
 */
export function httpServer(options: HttpServerOptions): HttpServer {
  checkExposure('HTTP', options);
  const bodyLimit = options.bodyLimit ?? BODY_LIMIT;
  const app = fastify({
    bodyLimit,
    // A request has to come to its end: a client that dribbles would hold its connection for ever.
    requestTimeout: 30_000,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: refuseSocket,
    frameworkErrors: (error, _request, reply) => {
      refuse(reply, asHttpError(error, bodyLimit));
    },
  });
  const connections = new Connections(app.server);
  let closed: Promise<void> | null = null;
  prepare(app, options, bodyLimit, () => closed !== null);

  return {
    async start() {
      const document = openApiDocument(options.plan, {
        secured: options.token !== undefined,
        maxKeys: options.maxKeys ?? MAX_KEYS,
      });
      serviceRoutes(
        app,
        options,
        () => (closed !== null ? { ready: false, reasons: ['the service is stopping'] } : options.ready()),
        document,
      );
      await docsPage(app, document);
      const { port } = options;
      const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
      await app.listen({ host, port }).catch((error: unknown) => {
        throw listenError('serve.http', { host, port }, error);
      });
      const address = addressOf(app.server.address() as AddressInfo);
      if (options.token === undefined && !isLoopback(options.host))
        options.log.warn(
          { address },
          'HTTP listens without a token: who reaches the port reads every feature',
        );
      else options.log.info({ address, token: options.token !== undefined }, 'HTTP listens');
      return address;
    },

    close() {
      closed ??= drain(app, connections, options.drain ?? 1000, options.closeTimeout ?? 10_000).then(() =>
        options.log.info('HTTP has stopped'),
      );
      return closed;
    },
  };
}

function prepare(
  app: FastifyInstance,
  options: HttpServerOptions,
  bodyLimit: number,
  isClosing: () => boolean,
): void {
  const { plan, answerer, token, open = [], events, log } = options;
  // Not before the answer: the closing may begin while a body is on its way.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing()) void reply.header('connection', 'close');
    done(null, payload);
  });
  if (token !== undefined) app.addHook('onRequest', authorizeBy(token, open));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, _request, reply) => {
    const refusal = asHttpError(error, bodyLimit);
    if (refusal.code === 'internal') log.error({ err: error }, 'a request over HTTP failed');
    events?.answered(null, refusal.status, 0, 0);
    return refuse(reply, refusal);
  });
  readRoutes(app, plan, answerer, options.maxKeys ?? MAX_KEYS, events);
}

function addressOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
