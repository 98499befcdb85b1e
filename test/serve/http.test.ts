import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidKey, TooFarAhead, TooFarBack } from '../../runtime/engine/errors.ts';
import { ServeError } from '../../runtime/serve/errors.ts';
import { httpServer } from '../../runtime/serve/http/server.ts';
import { EchoAnswerer, NOW, frontier, plan, refusal, send, serve, silent } from './support.ts';
import type { Running } from './support.ts';

const JSON_HEADER = { 'content-type': 'application/json' };

describe('reads over HTTP', () => {
  let running: Running;
  beforeAll(async () => (running = await serve({ maxKeys: 5, bodyLimit: 10_000 })));
  afterAll(() => running.server.close());
  const post = (path: string, body?: unknown, init?: RequestInit) => send(running.url + path, body, init);
  const get = (path: string) => send(running.url + path);

  it('answers one key with its values, the instant and the frontier', async () => {
    const { status, body, headers } = await post('/v1/groups/user', { key: { user_id: 3 } });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      at: '2023-11-14T22:13:20.123456Z',
      values: { user_id: 3, spend: 1 },
      frontier: [{ source: 'events', topic: 0, epoch: 0, partition: 1, next_offset: 7 }],
      fingerprint: 'aaaaaaaaaaaaaaaa',
    });
  });

  it('answers many keys in order, and none with none', async () => {
    const { body } = await post('/v1/groups/user', { keys: [{ user_id: 3 }, { user_id: -6 }] });
    expect(body).toMatchObject({
      values: [
        { user_id: 3, spend: 1 },
        { user_id: -6, spend: -2 },
      ],
    });
    expect((await post('/v1/groups/user', { keys: [] })).body).toMatchObject({ values: [] });
  });

  it('answers a vector for its request, with every type in its JSON form', async () => {
    const request = {
      bigint: '9007199254740993',
      decimal: '12.5',
      uuid: '0E2FBD6C-1C5A-4C8E-9F3A-5A8B9D1F7E21',
      timestamp: '2024-05-01T14:00:00.5+02:00',
      text: 'a "quote" and 😀',
    };
    const { body } = await post('/v1/vectors/echo', { request });
    expect(body).toMatchObject({
      values: {
        bigint: '9007199254740993',
        bigint_list: ['9007199254740993', '9007199254740993'],
        decimal: 12.5,
        uuid: '0e2fbd6c-1c5a-4c8e-9f3a-5a8b9d1f7e21',
        timestamp: '2024-05-01T12:00:00.500000Z',
        timestamp_list: ['2024-05-01T12:00:00.500000Z', '2024-05-01T12:00:00.500000Z'],
        text: 'a "quote" and 😀',
        int: null,
        int_list: [],
      },
    });
  });

  it('reads as of an instant, given as text or as µs', async () => {
    const at = '2023-11-14T22:13:19.000001Z';
    for (const as_of of [at, 1_699_999_999_000_001, '2023-11-14T23:13:19.000001+01:00']) {
      expect((await post('/v1/groups/user', { key: { user_id: 1 }, as_of })).body).toMatchObject({ at });
    }
    expect(running.answerer.requests.at(-1)?.at).toBe(1_699_999_999_000_001);
  });

  it('answers a query of one key', async () => {
    expect((await get('/v1/groups/user?user_id=3')).body).toMatchObject({ values: { user_id: 3 } });
    const { body, headers } = await get(
      '/v1/vectors/echo?int=5&boolean=true&bigint=9007199254740993&text=5&as_of=1699999999000000&timestamp=2024-05-01T12:00:00%2B02:00',
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      at: '2023-11-14T22:13:19.000000Z',
      values: {
        int: 5,
        boolean: true,
        bigint: '9007199254740993',
        text: '5',
        timestamp: '2024-05-01T10:00:00.000000Z',
      },
    });
  });

  it.each<[unknown, Partial<ReturnType<typeof refusal>>]>([
    [
      { keys: [{ user_id: 1 }, { user_id: 'abc' }] },
      {
        code: 'invalid_key',
        path: 'keys[1].user_id',
        message: 'keys[1].user_id must be a whole number from −(2^53 − 1) to 2^53 − 1, not the text "abc"',
      },
    ],
    [{ key: { user_id: 1.5 } }, { code: 'invalid_key', path: 'key.user_id' }],
    [
      { key: {} },
      {
        code: 'invalid_key',
        path: 'key.user_id',
        message: 'key.user_id is missing: it must be a whole number from −(2^53 − 1) to 2^53 − 1',
      },
    ],
    [{ key: { user_id: null } }, { code: 'invalid_key', path: 'key.user_id' }],
    [
      { key: { user_di: 1 } },
      {
        code: 'invalid_key',
        path: 'key.user_di',
        message: 'key.user_di is unknown',
        hint: "did you mean 'user_id'?",
      },
    ],
    [{ key: 5 }, { code: 'invalid_key', path: 'key', message: 'key must be an object with user_id, not 5' }],
    [
      { keys: 5 },
      { code: 'invalid_key', path: 'keys', message: 'keys must be a list of objects with user_id, not 5' },
    ],
    [
      { keys: Array(6).fill({ user_id: 1 }) },
      { code: 'too_many_keys', path: 'keys', hint: 'ask for at most 5 in one request' },
    ],
    [
      {},
      {
        code: 'invalid_request',
        message: 'the body must have either key or keys',
        hint: 'write { "key": { "user_id": … } }',
      },
    ],
    [{ key: { user_id: 1 }, keys: [] }, { code: 'invalid_request' }],
    [
      { key: { user_id: 1 }, as_off: 5 },
      { code: 'invalid_request', path: 'as_off', hint: "did you mean 'as_of'?" },
    ],
    [
      { key: { user_id: 1 }, as_of: 'yesterday' },
      { code: 'invalid_request', path: 'as_of' },
    ],
    [[], { code: 'invalid_request', message: 'the body must be a JSON object with key or keys, not a list' }],
    ['{"key":', { code: 'bad_json' }],
    ['', { code: 'bad_json', message: 'the body must be JSON: it is empty' }],
  ])('refuses %j', async (body, expected) => {
    const reply = await post('/v1/groups/user', body);
    expect(reply.status).toBe(400);
    expect(refusal(reply)).toMatchObject(expected);
  });

  it('refuses a query in its own words', async () => {
    expect(refusal(await get('/v1/groups/user'))).toMatchObject({ status: 400, path: 'user_id' });
    expect(refusal(await get('/v1/groups/user?user_id=x'))).toMatchObject({ status: 400, path: 'user_id' });
    expect(refusal(await get('/v1/groups/user?user_id=1&user_id=2'))).toMatchObject({
      status: 400,
      path: 'user_id',
      message: expect.stringContaining('not a list'),
    });
    expect(refusal(await get('/v1/groups/user?user_id=9007199254740993'))).toMatchObject({
      message: expect.stringContaining('not the text "9007199254740993"'),
    });
    expect(refusal(await get('/v1/groups/user?user_id=1&as_off=2'))).toMatchObject({
      status: 400,
      path: 'as_off',
      hint: "did you mean 'as_of'?",
    });
  });

  it('says how + is written in a query', async () => {
    const reply = await get('/v1/groups/user?user_id=1&as_of=2024-05-01T12:00:00+02:00');
    expect(refusal(reply)).toMatchObject({ path: 'as_of', hint: 'in a query, + is written %2B' });
  });

  it('says which value of an enum was meant', async () => {
    expect(refusal(await post('/v1/vectors/echo', { request: { enum: 'pait' } }))).toMatchObject({
      hint: "did you mean 'paid'?",
    });
  });

  it('refuses names, addresses and methods that are not there, naming the nearest', async () => {
    expect(refusal(await post('/v1/groups/usre', {}))).toMatchObject({
      status: 404,
      code: 'unknown_name',
      hint: "did you mean 'user'?",
    });
    expect(refusal(await post('/v1/vectors/user', {}))).toMatchObject({
      status: 404,
      hint: "'user' is a group",
    });
    expect(refusal(await get('/helthz'))).toMatchObject({
      status: 404,
      code: 'not_found',
      hint: "did you mean '/healthz'?",
    });
    const reply = await post('/v1/groups/user', {}, { method: 'DELETE' });
    expect(refusal(reply)).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(reply.headers.get('allow')).toBe('GET, HEAD, POST');
    expect((await post('/healthz', {})).status).toBe(405);
    expect((await get('/v1/groups/%zz')).status).toBe(400);
    expect(refusal(await get(`/v1/groups/${'x'.repeat(300)}`))).toMatchObject({
      status: 404,
      code: 'unknown_name',
    });
    expect(refusal(await get('/docs/static/..%2f..%2fpackage.json'))).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  it('refuses bodies that are too large, not JSON, or not declared as JSON', async () => {
    expect(refusal(await post('/v1/groups/user', { keys: 'x'.repeat(10_000) }))).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
    const asText = { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } };
    expect(refusal(await post('/v1/groups/user', undefined, asText))).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    });
    const bytes = { method: 'POST', body: Uint8Array.of(0x22, 0xff, 0x22), headers: JSON_HEADER };
    expect(refusal(await post('/v1/groups/user', undefined, bytes))).toMatchObject({
      status: 400,
      code: 'bad_json',
    });
    const deep = '['.repeat(4000) + ']'.repeat(4000);
    expect(refusal(await post('/v1/vectors/echo', deep))).toMatchObject({ status: 400 });
  });

  it('answers what is no HTTP in the one shape, and goes on', async () => {
    const answered = await new Promise<string>(resolve => {
      let text = '';
      const socket = connect(Number(new URL(running.url).port), '127.0.0.1', () =>
        socket.write('NO HTTP\r\n\r\n'),
      );
      socket.on('data', chunk => (text += chunk.toString())).on('close', () => resolve(text));
    });
    expect(answered).toMatch(/^HTTP\/1\.1 400 .*\{"error":\{"code":"invalid_request"/s);
    expect((await get('/healthz')).status).toBe(200);
  });
});

it('fails at its start where the port is taken, and can be closed all the same', async () => {
  await using running = await serve();
  const second = httpServer({
    plan,
    answerer: new EchoAnswerer(),
    host: '127.0.0.1',
    port: Number(new URL(running.url).port),
    ready: () => ({ ready: true, reasons: [] }),
    log: silent,
  });
  await expect(second.start()).rejects.toThrow(
    /^HTTP cannot listen on 127\.0\.0\.1, port \d+: another process has the port \(EADDRINUSE\): stop it, or set another port in serve\.http$/,
  );
  await second.close();
  expect((await send(`${running.url}/healthz`)).status).toBe(200);
});

describe('what the read itself refuses', () => {
  class Refusing extends EchoAnswerer {
    constructor(readonly error: Error) {
      super();
    }
    override answer(): never {
      throw this.error;
    }
  }

  it.each<[Error, object]>([
    [
      new TooFarBack('user', 1_000_000, NOW),
      {
        status: 400,
        code: 'too_far_back',
        path: 'as_of',
        message: 'user can be read from 2023-11-14T22:13:20.123456Z on, not at 1970-01-01T00:00:01.000000Z',
      },
    ],
    [new TooFarAhead(NOW + 1, NOW), { status: 400, code: 'too_far_ahead', path: 'as_of' }],
    [
      new InvalidKey('echo', 'int', 'value', null),
      { status: 400, code: 'invalid_key', path: 'requests[1].int' },
    ],
    [
      new ServeError('unavailable', 'the state is being loaded'),
      { status: 503, code: 'unavailable', message: 'the state is being loaded' },
    ],
    [
      new RangeError('secret'),
      { status: 500, code: 'internal', message: 'the service failed at this request; its log says why' },
    ],
  ])('%s', async (error, expected) => {
    const statuses: number[] = [];
    await using running = await serve({
      answerer: new Refusing(error),
      events: { answered: (_name, status) => statuses.push(status) },
    });
    const reply = await send(`${running.url}/v1/vectors/echo`, { requests: [{ int: 1 }, { int: null }] });
    expect(refusal(reply)).toMatchObject(expected);
    expect(statuses).toEqual([reply.status]);
  });
});

describe('the service beside its reads', () => {
  it('says whether it lives and whether it is ready', async () => {
    let ready = true;
    await using running = await serve({
      ready: () => ({ ready, reasons: ready ? [] : ['flights lags 12 s behind'] }),
      metrics: async () => 'up 1\n',
      catalog: '{"sources":[]}',
    });
    const get = (path: string) => send(running.url + path);
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { alive: true } });
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { ready: true } });
    ready = false;
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, reasons: ['flights lags 12 s behind'] },
    });
    expect((await get('/v1/groups/user?user_id=1')).status).toBe(200);
    const metrics = await get('/metrics');
    expect(metrics.body).toBe('up 1\n');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect((await get('/catalog')).body).toEqual({ sources: [] });
    expect((await get('/')).body).toMatchObject({
      groups: { user: '/v1/groups/user' },
      vectors: { echo: '/v1/vectors/echo' },
      metrics: '/metrics',
    });
    expect(
      (await send(`${running.url}/v1/groups/user?user_id=1`, undefined, { method: 'HEAD' })).status,
    ).toBe(200);
  });

  it('counts what it answers', async () => {
    const counted: unknown[][] = [];
    await using running = await serve({
      events: { answered: (name, status, keys, seconds) => counted.push([name, status, keys, seconds >= 0]) },
    });
    await send(`${running.url}/v1/groups/user`, { keys: [{ user_id: 1 }, { user_id: 2 }] });
    await send(`${running.url}/v1/groups/user`, { keys: 1 });
    await send(`${running.url}/nope`);
    expect(counted).toEqual([
      ['user', 200, 2, true],
      [null, 400, 0, true],
      [null, 404, 0, true],
    ]);
  });
});

describe('the token', () => {
  it('is asked for wherever others can connect', () => {
    const options = {
      plan,
      answerer: new EchoAnswerer(),
      port: 0,
      ready: () => ({ ready: true, reasons: [] }),
      log: silent,
    };
    expect(() => httpServer({ ...options, host: '0.0.0.0' })).toThrow(
      'would listen on 0.0.0.0, where others can connect, without a token: set `token`',
    );
    expect(() => httpServer({ ...options, host: 'features.internal' })).toThrow('token');
    expect(() => httpServer({ ...options, host: '127.0.0.1.evil.org' })).toThrow('token');
    expect(() => httpServer({ ...options, host: '0.0.0.0', token: ' ' })).toThrow('the token is empty');
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.8.8.8']) httpServer({ ...options, host });
    httpServer({ ...options, host: '0.0.0.0', insecure: true });
    httpServer({ ...options, host: '0.0.0.0', token: 'secret' });
  });

  it('guards all but health', async () => {
    const refused: number[] = [];
    await using running = await serve({
      token: 'a secret',
      metrics: async () => 'up 1\n',
      events: { answered: (_name, status) => refused.push(status) },
    });
    const get = (path: string, authorization?: string) =>
      send(running.url + path, undefined, { headers: authorization === undefined ? {} : { authorization } });
    for (const path of [
      '/',
      '/v1/groups/user?user_id=1',
      '/v1/groups/nope',
      '/metrics',
      '/docs',
      '/openapi.json',
      '/nope',
    ]) {
      expect(refusal(await get(path))).toMatchObject({ status: 401, code: 'unauthorized' });
    }
    expect(refused).toEqual(Array(7).fill(401));
    for (const path of ['/healthz', '/readyz']) expect((await get(path)).status).toBe(200);
    const read = '/v1/groups/user?user_id=1';
    for (const wrong of ['Bearer another', 'Bearer', 'a secret', 'Basic xx', `Basic ${btoa('a secret:')}`])
      expect((await get(read, wrong)).status).toBe(401);
    for (const right of ['Bearer a secret', 'bearer a secret', `Basic ${btoa('anyone:a secret')}`])
      expect((await get(read, right)).status).toBe(200);
    expect((await get(read)).headers.get('www-authenticate')).toBe('Bearer');
    expect((await get('/docs')).headers.get('www-authenticate')).toMatch(/^Basic/);
  });

  it('leaves open what is told to be', async () => {
    await using running = await serve({
      token: 'a secret',
      metrics: async () => 'up 1\n',
      open: ['metrics', 'docs'],
    });
    for (const path of ['/', '/metrics', '/docs', '/docs/static/swagger-ui.css', '/openapi.json'])
      expect((await send(running.url + path)).status).toBe(200);
    expect((await send(`${running.url}/v1/groups/user?user_id=1`)).status).toBe(401);
  });
});

it('tells frontiers of the answer, not of another', async () => {
  class Moving extends EchoAnswerer {
    override answer(...request: Parameters<EchoAnswerer['answer']>) {
      return {
        ...super.answer(...request),
        frontier: frontier.map(entry => ({ ...entry, nextOffset: this.requests.length })),
      };
    }
  }
  await using running = await serve({ answerer: new Moving() });
  for (const next_offset of [1, 2, 3])
    expect((await send(`${running.url}/v1/groups/user?user_id=1`)).body).toMatchObject({
      frontier: [{ next_offset }],
    });
});
