// Control path: what is there beside the reads.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { suggestion } from '../../../kernels/nearest.ts';
import { ServeError } from '../errors.ts';
import type { ServingPlan } from '../plan.ts';
import { JSON_TYPE } from './error-reply.ts';
import type { HttpServerOptions, Readiness } from './options.ts';

const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function serviceRoutes(
  app: FastifyInstance,
  { plan, metrics, status, catalog }: HttpServerOptions,
  ready: () => Readiness,
  openApi: object,
): void {
  const json = (text: string) => (_request: FastifyRequest, reply: FastifyReply) =>
    reply.header('content-type', JSON_TYPE).send(text);

  app.get('/', json(indexText(plan, { metrics: metrics !== undefined, catalog: catalog !== undefined })));
  app.get('/openapi.json', json(JSON.stringify(openApi)));
  app.get('/healthz', json('{"alive":true}'));
  app.get('/readyz', (_request, reply) => {
    const { ready: isReady, reasons } = ready();
    void reply.header('content-type', JSON_TYPE).header('cache-control', 'no-store');
    return reply
      .code(isReady ? 200 : 503)
      .send(JSON.stringify(isReady ? { ready: true } : { ready: false, reasons }));
  });
  if (catalog !== undefined) app.get('/catalog', json(catalog));
  if (metrics !== undefined) {
    app.get('/metrics', async (_request, reply) => {
      void reply.header('content-type', PROMETHEUS_TYPE);
      return reply.send(await metrics());
    });
  }
  if (status !== undefined) {
    app.get('/status', (_request, reply) =>
      reply
        .header('content-type', JSON_TYPE)
        .header('cache-control', 'no-store')
        .send(JSON.stringify(status())),
    );
  }
  app.setNotFoundHandler((request, reply) => {
    throw notFound(app, request, reply);
  });
}

/** What there is to be had, for people and scripts. */
function indexText(plan: ServingPlan, has: { readonly metrics: boolean; readonly catalog: boolean }): string {
  const named = (kind: 'group' | 'vector'): Record<string, string> =>
    Object.fromEntries(
      plan.served.filter(served => served.kind === kind).map(({ name }) => [name, `/v1/${kind}s/${name}`]),
    );
  return JSON.stringify({
    fingerprint: plan.fingerprint,
    groups: named('group'),
    vectors: named('vector'),
    docs: '/docs',
    openapi: '/openapi.json',
    health: '/healthz',
    readiness: '/readyz',
    ...(has.metrics ? { metrics: '/metrics' } : {}),
    ...(has.catalog ? { catalog: '/catalog' } : {}),
  });
}

const READ = /^\/v1\/(?:groups|vectors)\/[^/]+$/;
const FIXED = ['/', '/docs', '/openapi.json', '/healthz', '/readyz', '/metrics', '/status', '/catalog'];

function notFound(app: FastifyInstance, { url, method }: FastifyRequest, reply: FastifyReply): ServeError {
  const path = url.split('?', 1)[0]!;
  const allowed = READ.test(path)
    ? 'GET, HEAD, POST'
    : FIXED.includes(path) && (path === '/docs' || app.hasRoute({ method: 'GET', url: path }))
      ? 'GET, HEAD'
      : null;
  if (allowed !== null) {
    void reply.header('allow', allowed);
    const message = `${method} is not for ${path}: it takes ${allowed}`;
    return new ServeError('method_not_allowed', message);
  }
  const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  const hint = suggestion(path, [...FIXED, '/v1/groups/<name>', '/v1/vectors/<name>']);
  return new ServeError('not_found', `there is nothing at ${shown}`, {
    hint: hint ?? 'GET / lists what there is',
  });
}
