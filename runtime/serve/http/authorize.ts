import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServeError } from '../errors.ts';
import { Token } from '../token.ts';
import type { OpenPart } from './options.ts';

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

const DOCS = /^\/(?:$|docs(?:\/|$)|openapi\.json$|catalog$)/;

/** Lets pass who shows the token: `Authorization: Bearer …`, or as the password of Basic, as browsers send it. */
export function authorizeBy(secret: string, open: readonly OpenPart[]): Hook {
  const token = new Token(secret);
  const isOpen = (route: string): boolean =>
    route === '/healthz' ||
    route === '/readyz' ||
    (route === '/metrics' && open.includes('metrics')) ||
    (DOCS.test(route) && open.includes('docs'));
  return (request, reply, done) => {
    const shown = shownToken(request.headers.authorization);
    if (shown !== null && token.matches(shown)) return done();
    const route = request.routeOptions.url ?? '';
    if (isOpen(route)) return done();
    // A browser asks for a password where it is offered Basic; programs are better off without.
    void reply.header('www-authenticate', DOCS.test(route) ? 'Basic realm="skewless"' : 'Bearer');
    const message = shown === null ? 'this asks for the token' : 'the token is another';
    done(new ServeError('unauthorized', message, { hint: 'send the header Authorization: Bearer <token>' }));
  };
}

function shownToken(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (/^bearer /i.test(header)) return header.slice(7).trim();
  if (!/^basic /i.test(header)) return null;
  const credentials = Buffer.from(header.slice(6), 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  return colon < 0 ? null : credentials.slice(colon + 1);
}
