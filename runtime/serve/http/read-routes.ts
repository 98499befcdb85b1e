// Hot path: every read over HTTP. No schema of Fastify's is at work: bodies come and leave as bytes.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InvalidKey } from '../../engine/errors.ts';
import type { Answerer } from '../answerer.ts';
import { ServeError } from '../errors.ts';
import { ServedTable } from '../find-served.ts';
import type { Served, ServingPlan } from '../plan.ts';
import { AnswerWriter, MEANING_HEADER } from '../wire/answer-writer.ts';
import { bodyFormOf } from '../wire/body-form.ts';
import { FrontierJson } from '../wire/frontier-json.ts';
import { JsonWriter } from '../wire/json-writer.ts';
import { parseBody } from '../wire/parse-body.ts';
import { RequestReader } from '../wire/request-reader.ts';
import type { WireRequest } from '../wire/request-reader.ts';
import { JSON_TYPE } from './error-reply.ts';
import type { HttpEvents } from './options.ts';

/** All that is made once for a group or vector. */
interface Desk {
  readonly served: Served;
  readonly reader: RequestReader;
  readonly writer: AnswerWriter;
}

interface Addressed {
  Params: { readonly name: string };
  Querystring: Readonly<Record<string, unknown>>;
}

const NO_BODY = Buffer.alloc(0);

export function readRoutes(
  app: FastifyInstance,
  plan: ServingPlan,
  answerer: Answerer,
  maxKeys: number,
  events: HttpEvents | undefined,
): void {
  const frontier = new FrontierJson();
  const writer = new JsonWriter();
  const desks = new ServedTable<Desk>(plan, served => ({
    served,
    reader: new RequestReader(served, maxKeys),
    writer: new AnswerWriter(served, frontier, writer),
  }));

  const answer = (
    desk: Desk,
    { request, single }: WireRequest,
    reply: FastifyReply,
    started: number,
  ): void => {
    const known = reply.request.headers[MEANING_HEADER];
    const isOther = known !== undefined && known !== desk.served.fingerprint;
    let json: Buffer;
    try {
      json = desk.writer.write(answerer.answer(request), single, isOther);
    } catch (error) {
      throw error instanceof InvalidKey ? nullKey(desk.served, request.keys, single, error) : error;
    }
    void reply.header('content-type', JSON_TYPE).send(json);
    events?.answered(desk.served.name, 200, request.keys.length, (performance.now() - started) / 1000);
  };

  for (const kind of ['group', 'vector'] as const) {
    const url = `/v1/${kind}s/:name`;
    app.post<Addressed>(url, (request, reply) => {
      const started = performance.now();
      const desk = desks.get(kind, request.params.name);
      const body = parseBody(bodyOf(request), desk.reader.lossless);
      answer(desk, desk.reader.readBody(body), reply, started);
    });
    app.get<Addressed>(url, (request, reply) => {
      const started = performance.now();
      const desk = desks.get(kind, request.params.name);
      void reply.header('cache-control', 'no-store');
      answer(desk, desk.reader.readQuery(request.query), reply, started);
    });
  }
}

function bodyOf(request: FastifyRequest<Addressed>): Buffer {
  return request.body instanceof Buffer ? request.body : NO_BODY;
}

/** A vector's input may be null, but not where it is the key of a group: only the read itself finds that. */
function nullKey(
  { kind }: Served,
  keys: WireRequest['request']['keys'],
  single: boolean,
  error: InvalidKey,
): ServeError {
  const { one, many } = bodyFormOf(kind);
  const at = keys.findIndex(key => key[error.key] == null);
  const where = single ? one : at < 0 ? many : `${many}[${at}]`;
  return new ServeError('invalid_key', error.message, { path: `${where}.${error.key}` });
}
