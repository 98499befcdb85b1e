import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '../../generated/client/index.ts';
import { serving } from '../../generated/serving.ts';
import { program } from '../../generated/stream/index.ts';
import { accessor } from '../../runtime/client/accessor.ts';
import {
  BadAnswer,
  InvalidRequest,
  OtherMeaning,
  Unauthorized,
  Unavailable,
} from '../../runtime/client/errors.ts';
import { http } from '../../runtime/client/http/http.ts';
import type { HttpOptions } from '../../runtime/client/http/options.ts';
import { inProcess } from '../../runtime/client/in-process.ts';
import { accessorPlanOf } from '../../runtime/client/plan.ts';
import type {
  ClosableTransport,
  InnerValue,
  ReadAnswer,
  ReadRequest,
} from '../../runtime/client/transport.ts';
import { Engine } from '../../runtime/engine/engine.ts';
import type { Scalar } from '../../runtime/engine/value.ts';
import { EchoAnswerer, NOW, echo, frontier, serve, user } from '../serve/support.ts';
import { patient } from '../support/patient.ts';

const userPlan = accessorPlanOf(user);
const echoPlan = accessorPlanOf(echo);
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

function client(options: HttpOptions): ClosableTransport {
  const transport = http({ ...patient, ...options });
  open.push(() => transport.close());
  return transport;
}

const one = (user_id: InnerValue, at?: number): ReadRequest => ({
  kind: 'group',
  name: 'user',
  keys: [{ user_id }],
  ...(at === undefined ? {} : { at }),
});

/** A server that answers as told, and counts what it was sent. */
async function fake(
  handle: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<{ readonly url: string; readonly bodies: string[]; readonly server: Server }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      handle(request, response, body);
    });
  });
  return { url: await listen(server), bodies, server };
}

async function listen(server: Server | TcpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the client over HTTP', () => {
  it('gives every type back as the engine holds it', async () => {
    await using running = await serve();
    const transport = client({ url: running.url });
    const keys = [
      { bigint: 2n ** 62n + 1n, timestamp: NOW, double: 0.1 + 0.2, text: '😀"', boolean: false, int: -5 },
      { decimal: 1.125, uuid: '0e2fbd6c-1c5a-4c8e-9f3a-5a8b9d1f7e21', enum: 'it"s' },
    ];
    const request: ReadRequest = { kind: 'vector', name: 'echo', keys, at: NOW - 5 };
    const expected = new EchoAnswerer().answer(request);
    expect(await transport.read(request, echoPlan)).toStrictEqual({
      ...expected,
      fingerprint: echo.fingerprint,
    });
  });

  it('gives the generated client what the engine itself gives it', async () => {
    const engine = new Engine(program);
    const time = 1_700_000_000_000_000;
    engine.ingest({
      source: 'card_transactions',
      partition: 0,
      offset: 0,
      arrivedAt: time,
      value: {
        transaction_id: 'a',
        user_id: 7,
        merchant_id: 8,
        terminal_id: 9,
        amount: '12.34',
        country: 'DE',
        is_fraud: false,
        transaction_time: time,
      },
    });
    const now = time + 1_500_000;
    const answerer = {
      frontier: () => engine.frontier(),
      answer: ({ kind, name, keys }: ReadRequest): ReadAnswer => ({
        at: now,
        frontier: engine.frontier(),
        values: keys.map(key =>
          kind === 'group'
            ? engine.readGroup(name, key as Record<string, Scalar>, now)
            : engine.readVector(name, key as Record<string, Scalar>, now),
        ),
      }),
    };
    await using running = await serve({ plan: serving, answerer });
    const over = createClient(client({ url: running.url }));
    const within = createClient(inProcess(engine, () => now));
    const keys = { user_id: 7, merchant_id: 8, terminal_id: 9, amount: 5 };
    const answer = await over.fraudScore.read(keys);
    expect(answer).toStrictEqual(await within.fraudScore.read(keys));
    expect(answer.values.last_seen).toEqual(new Date(time / 1000));
    expect(await over.cardholderActivity({ user_id: 7 })).toMatchObject({
      amount_24h: 12.34,
      transactions_24h: 1,
    });
  });

  it('shows the token, and says where it is another', async () => {
    await using running = await serve({ token: 'secret' });
    expect((await client({ url: running.url, token: 'secret' }).read(one(3), userPlan)).values).toEqual([
      { user_id: 3, spend: 1 },
    ]);
    await expect(client({ url: running.url, token: 'other' }).read(one(3), userPlan)).rejects.toThrow(
      Unauthorized,
    );
  });

  it('keeps a path before its own', async () => {
    const { url, server } = await fake((request, response) => response.end(request.url));
    await expect(client({ url: `${url}/features/` }).read(one(3), userPlan)).rejects.toThrow(BadAnswer);
    const [request] = await Promise.all([
      once(server, 'request') as Promise<[IncomingMessage]>,
      client({ url: `${url}/features` })
        .read(one(3), userPlan)
        .catch(() => undefined),
    ]);
    expect(request[0].url).toBe('/features/v1/groups/user');
  });
});

describe('reads of one turn', () => {
  it('go as one request for each group or vector and instant, and each gets its own', async () => {
    await using running = await serve();
    const transport = client({ url: running.url });
    const answers = await Promise.all([
      transport.read(one(3), userPlan),
      transport.read({ kind: 'group', name: 'user', keys: [{ user_id: 6 }, { user_id: 9 }] }, userPlan),
      transport.read(one(12, NOW - 1), userPlan),
      transport.read({ kind: 'vector', name: 'echo', keys: [{ int: 5 }] }, echoPlan),
      transport.read(one(15), userPlan),
    ]);
    expect(answers.map(({ values }) => values.map(value => value['spend'] ?? value['int']))).toEqual([
      [1],
      [2, 3],
      [4],
      [5],
      [5],
    ]);
    expect(answers[2]!.at).toBe(NOW - 1);
    expect(running.answerer.requests.map(({ name, keys, at }) => [name, keys.length, at])).toEqual([
      ['user', 4, undefined],
      ['user', 1, NOW - 1],
      ['echo', 1, undefined],
    ]);
  });

  it('are cut at the size of a batch, and never within one read', async () => {
    await using running = await serve();
    const transport = client({ url: running.url, batch: 3 });
    const pair: ReadRequest = { kind: 'group', name: 'user', keys: [{ user_id: 3 }, { user_id: 6 }] };
    const wide: ReadRequest = { kind: 'group', name: 'user', keys: Array(5).fill({ user_id: 3 }) };
    await Promise.all([pair, pair, one(3), wide, one(3)].map(request => transport.read(request, userPlan)));
    expect(running.answerer.requests.map(({ keys }) => keys.length).sort()).toEqual([1, 2, 3, 5]);
  });

  it('do not suffer for each other’s faults', async () => {
    await using running = await serve();
    const transport = client({ url: running.url });
    const results = await Promise.allSettled([
      transport.read(one(3), userPlan),
      transport.read({ kind: 'group', name: 'user', keys: [{ user_id: 1 }, { user_id: NaN }] }, userPlan),
      transport.read(one(6), userPlan),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({
      reason: {
        name: 'InvalidRequest',
        code: 'invalid_key',
        path: 'keys[1].user_id',
        message: expect.stringContaining('not the text "NaN"'),
      },
    });
  });
});

describe('refusals', () => {
  it('come as errors that say what the service said', async () => {
    await using running = await serve();
    const transport = client({ url: running.url });
    const lost = accessor<object, object, Date>(transport, { ...userPlan, name: 'usre' });
    await expect(lost({ user_id: 1 })).rejects.toMatchObject({
      name: 'InvalidRequest',
      code: 'unknown_name',
      hint: "did you mean 'user'?",
    });
  });

  it.each([
    [503, 'overloaded', Unavailable],
    [502, '<html>', Unavailable],
    [403, '', Unauthorized],
    [418, '', InvalidRequest],
    [500, '{"error":{"code":"internal","message":"it failed"}}', Error],
    [200, '<html>', BadAnswer],
    [200, '{"values":[]}', BadAnswer],
    [200, '{"at":"x","values":[{}],"frontier":[],"fingerprint":"aaaaaaaaaaaaaaaa"}', BadAnswer],
    [
      200,
      '{"at":"2024-05-01T12:00:00Z","values":[],"frontier":[],"fingerprint":"aaaaaaaaaaaaaaaa"}',
      BadAnswer,
    ],
  ])('%i %s', async (status, body, expected) => {
    const { url, bodies } = await fake((_request, response) => response.writeHead(status).end(body));
    await expect(client({ url }).read(one(3), userPlan)).rejects.toThrow(expected);
    expect(bodies).toHaveLength(1);
  });

  it('are other meanings where features lack, or are of other types', async () => {
    const answer = (values: object): string =>
      JSON.stringify({
        at: '2024-05-01T12:00:00Z',
        values: [values],
        frontier: [],
        fingerprint: 'ffffffffffffffff',
      });
    const bodies = [answer({ user_id: 1 }), answer({ user_id: 1, spend: 2 })];
    const { url } = await fake((_request, response) => response.end(bodies.shift()));
    const transport = client({ url });
    const timed = { ...userPlan, features: { ...userPlan.features, spend: 'timestamp' } } as const;
    await expect(transport.read(one(3), userPlan)).rejects.toThrow('which has no spend');
    await expect(transport.read(one(3), timed)).rejects.toThrow(OtherMeaning);
  });
});

describe('a service that is away', () => {
  /** A port that nobody listens on. */
  async function nowhere(): Promise<string> {
    const server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return `http://127.0.0.1:${port}`;
  }

  it('is tried again, with a wait that chance spreads, and is then unavailable', async () => {
    const waits: number[] = [];
    const random = (): number => {
      waits.push(waits.length);
      return 0.5;
    };
    const transport = client({ url: await nowhere(), retries: 3, backoff: 4, random });
    await expect(transport.read(one(3), userPlan)).rejects.toMatchObject({
      name: 'Unavailable',
      reason: 'connect',
      message: expect.stringContaining('no connection in 4 tries'),
    });
    expect(waits).toHaveLength(3);
  });

  it('is found again when it comes back within the retries', async () => {
    const url = await nowhere();
    let server: Awaited<ReturnType<typeof serve>> | null = null;
    let tries = 0;
    const transport = client({
      url,
      retries: 1000,
      backoff: 5,
      random: () => {
        tries += 1;
        if (tries === 3) void serve({ port: Number(new URL(url).port) }).then(running => (server = running));
        return 1;
      },
    });
    expect((await transport.read(one(3), userPlan)).values).toEqual([{ user_id: 3, spend: 1 }]);
    expect(tries).toBeGreaterThanOrEqual(3);
    await server![Symbol.asyncDispose]();
  });

  it('is unavailable where it gives no answer in time, and nothing is sent again', async () => {
    const { url, bodies } = await fake(() => undefined);
    // Time enough for the request to arrive.
    await expect(client({ url, timeout: 1500, retries: 5 }).read(one(3), userPlan)).rejects.toMatchObject({
      name: 'Unavailable',
      reason: 'timeout',
    });
    expect(bodies).toHaveLength(1);
  });

  it('is unavailable where the connection breaks before the answer, and nothing is sent again', async () => {
    const { url, bodies } = await fake(request => request.socket.destroy());
    await expect(client({ url, retries: 5 }).read(one(3), userPlan)).rejects.toMatchObject({
      name: 'Unavailable',
      reason: 'lost',
    });
    const half = await fake((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"at"', () => response.destroy());
    });
    await expect(client({ url: half.url, retries: 5 }).read(one(3), userPlan)).rejects.toMatchObject({
      reason: 'lost',
    });
    expect([bodies.length, half.bodies.length]).toEqual([1, 1]);
  });

  it('times out while it does not take connections up', async () => {
    // Takes the connection and says nothing, not even that it has read the request.
    const transport = client({ url: await listen(createTcpServer()), timeout: 100 });
    await expect(transport.read(one(3), userPlan)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('is replaced by defaults where they are asked for, and never for a refusal', async () => {
    const away = createClient(client({ url: await nowhere(), retries: 0 }), { onUnavailable: 'defaults' });
    const reply = await away.terminalRisk.read({ terminal_id: 1 });
    expect(reply).toMatchObject({
      unavailable: true,
      values: { fraud_share_30d: null, terminal_transactions_30d: 0, had_fraud_30d: null },
    });
    expect(await away.fraudScore({ user_id: 1, merchant_id: 1, terminal_id: 1, amount: 1 })).toMatchObject({
      // By `getOr`, declared where the vector takes it.
      fraud_share_30d: 0,
      is_unusual_amount: null,
    });
    await using running = await serve({ plan: serving, answerer: new EchoAnswerer() });
    const there = createClient(client({ url: running.url }), { onUnavailable: 'defaults' });
    await expect(there.terminalRisk({ terminal_id: 1.5 })).rejects.toThrow(InvalidRequest);
  });
});

describe('closing', () => {
  it('answers what is under way, and refuses what comes after', async () => {
    await using running = await serve();
    const transport = http({ url: running.url, ...patient });
    const under = transport.read(one(3), userPlan);
    await Promise.all([transport.close(), under]);
    expect((await under).frontier).toEqual(frontier);
    await expect(transport.read(one(3), userPlan)).rejects.toMatchObject({
      name: 'Unavailable',
      reason: 'closed',
    });
    await transport.close();
  });

  it('refuses addresses that are none', () => {
    expect(() => http({ url: 'features.internal:8080' })).toThrow('must begin with http');
  });
});
