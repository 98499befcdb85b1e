import { pino } from 'pino';
import type { InnerValue, ReadAnswer, ReadRequest } from '../../runtime/client/transport.ts';
import type { Answerer } from '../../runtime/serve/answerer.ts';
import { httpServer } from '../../runtime/serve/http/server.ts';
import type { HttpServer, HttpServerOptions } from '../../runtime/serve/http/options.ts';
import type { Served, ServedInput, ServedScalar, ServingPlan } from '../../runtime/serve/plan.ts';

export const SCALARS: Readonly<Record<string, ServedScalar>> = {
  int: { kind: 'int' },
  bigint: { kind: 'bigint' },
  decimal: { kind: 'decimal', precision: 12, scale: 3 },
  double: { kind: 'double' },
  text: { kind: 'text' },
  uuid: { kind: 'uuid' },
  boolean: { kind: 'boolean' },
  timestamp: { kind: 'timestamp' },
  enum: { kind: 'enum', values: ['placed', 'paid', 'it"s'] },
};

const inputs = (nullable: boolean): ServedInput[] =>
  Object.entries(SCALARS).map(([name, type]) => ({ name, type, nullable, doc: `A ${name}.` }));

/** A group with one key. */
export const user: Served = {
  kind: 'group',
  name: 'user',
  doc: 'Who a user is.',
  owner: 'tests',
  fingerprint: 'aaaaaaaaaaaaaaaa',
  inputs: [{ name: 'user_id', type: { kind: 'int' }, nullable: false, doc: null }],
  features: [
    {
      name: 'user_id',
      type: { kind: 'int' },
      nullable: true,
      doc: 'The key itself.',
      fingerprint: 'a1',
      version: 1,
    },
    { name: 'spend', type: { kind: 'double' }, nullable: true, doc: null, fingerprint: 'a2', version: 3 },
  ],
};

/** A vector whose values are its request, of every type, and lists of each. */
export const echo: Served = {
  kind: 'vector',
  name: 'echo',
  doc: null,
  owner: null,
  fingerprint: 'bbbbbbbbbbbbbbbb',
  inputs: inputs(true),
  features: Object.entries(SCALARS).flatMap(([name, type]) => [
    { name, type, nullable: true, doc: null, fingerprint: `${name}-1`, version: 1 },
    {
      ...{ name: `${name}_list`, type: { kind: 'list', of: type }, nullable: false, doc: null },
      ...{ fingerprint: `${name}-2`, version: 2 },
    },
  ]),
};

export const plan: ServingPlan = {
  abi: 1,
  fingerprint: 'cccccccccccccccc',
  sources: [],
  served: [user, echo],
};

export const NOW = 1_700_000_000_123_456;
export const frontier = [{ source: 'events', topic: 0, epoch: 0, partition: 1, nextOffset: 7 }];

/** Answers with what it was asked. */
export class EchoAnswerer implements Answerer {
  readonly requests: ReadRequest[] = [];

  frontier(): typeof frontier {
    return frontier;
  }

  answer(request: ReadRequest): ReadAnswer {
    this.requests.push(request);
    return { at: request.at ?? NOW, frontier, values: request.keys.map(key => valuesOf(request, key)) };
  }
}

function valuesOf(
  { name }: ReadRequest,
  key: Readonly<Record<string, InnerValue | undefined>>,
): Readonly<Record<string, InnerValue>> {
  if (name === 'user') return { user_id: key['user_id'] ?? null, spend: (key['user_id'] as number) / 3 };
  return Object.fromEntries(
    Object.keys(SCALARS).flatMap(scalar => {
      const value = key[scalar] ?? null;
      return [
        [scalar, value],
        [`${scalar}_list`, value === null ? [] : [value, value]],
      ] as [string, InnerValue][];
    }),
  );
}

export const silent = pino({ level: 'silent' });

export interface Running extends AsyncDisposable {
  readonly url: string;
  readonly server: HttpServer;
  readonly answerer: EchoAnswerer;
}

/** A server on a free port of this machine. */
export async function serve(options: Partial<HttpServerOptions> = {}): Promise<Running> {
  const answerer = new EchoAnswerer();
  const server = httpServer({
    plan,
    answerer,
    host: '127.0.0.1',
    port: 0,
    ready: () => ({ ready: true, reasons: [] }),
    drain: 0,
    log: silent,
    ...options,
  });
  const url = await server.start();
  return { url, server, answerer, [Symbol.asyncDispose]: () => server.close() };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends JSON, or a text as it is. */
export async function send(url: string, body?: unknown, init: RequestInit = {}): Promise<Reply> {
  const reply = await fetch(url, {
    ...(body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...init,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers },
  });
  const text = await reply.text();
  const isJson = text !== '' && (reply.headers.get('content-type') ?? '').includes('json');
  return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text };
}

/** What a refusal says: its status, code, path, and the rest. */
export function refusal({ status, body }: Reply): {
  status: number;
  code: string;
  message: string;
  path?: string;
  hint?: string;
} {
  return { status, ...(body as { error: { code: string; message: string } }).error };
}
