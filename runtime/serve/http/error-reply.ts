import type { FastifyReply } from 'fastify';
import type { ServeError } from '../errors.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** The one shape of all refusals. */
export function errorText({ code, message, path, hint }: ServeError): string {
  return JSON.stringify({ error: { code, message, path, hint } });
}

export function refuse(reply: FastifyReply, error: ServeError): FastifyReply {
  return reply.code(error.status).header('content-type', JSON_TYPE).send(errorText(error));
}
