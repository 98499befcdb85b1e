import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../runtime/client/errors.ts';
import { tcp } from '../../runtime/client/tcp.ts';
import type { ClosableTransport, ReadAnswer } from '../../runtime/client/transport.ts';
import { tcpServer } from '../../runtime/serve/tcp/server.ts';
import type { TcpServer } from '../../runtime/serve/tcp/server.ts';
import { patient } from '../support/patient.ts';
import { plan } from './support/plan.ts';
import { until } from './support/raw.ts';
import { EchoAnswerer, startService } from './support/service.ts';

const log = pino({ level: 'silent' });
const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const read = (client: ClosableTransport, id: number): Promise<ReadAnswer> =>
  client.read({ kind: 'group', name: 'small', keys: [{ id }] });

function serve(port: number, answerer = new EchoAnswerer()): TcpServer {
  const server = tcpServer({ plan, answerer, host: '127.0.0.1', port, log, drain: 3000 });
  ends.push(() => server.close());
  return server;
}

function clientOf(port: number, options: Partial<Parameters<typeof tcp>[0]> = {}): ClosableTransport {
  const client = tcp({ port, ...patient, backoff: 20, ...options });
  ends.unshift(() => client.close());
  return client;
}

/** A server of another kind: takes connections and says nothing, or what it is given. */
async function strange(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('a server that stops', () => {
  test('answers everything that was sent to it; what comes after goes to its successor', async () => {
    const first = new EchoAnswerer();
    const old = serve(0, first);
    const { port } = await old.start();
    const client = clientOf(port, { retries: 50, connections: 3 });
    let [asked, answered] = [0, 0];
    let stop = false;
    const caller = async (seed: number): Promise<void> => {
      for (let id = seed; !stop; id += 64) {
        asked += 1;
        const { values } = await read(client, id);
        expect(values[0]!['twice']).toBe(id * 2);
        answered += 1;
      }
    };
    const callers = Array.from({ length: 64 }, (_, i) => caller(i));
    await until(() => first.requests.length > 50);
    const closed = old.close();
    const second = new EchoAnswerer();
    // The port is free as soon as the old one no longer listens.
    const next = serve(port, second);
    await next.start();
    await closed;
    await until(() => second.requests.length > 50);
    stop = true;
    await Promise.all(callers);
    expect(answered).toBe(asked);
  });
});

describe('a client', () => {
  test('fails as unavailable where nothing listens, after its retries, and connects once something does', async () => {
    const probe = await startService();
    await probe.stop();
    const client = clientOf(probe.port, { retries: 2 });
    const error = await read(client, 1).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ reason: 'connect' });
    expect((error as Error).message).toContain('in 3 tries');
    await serve(probe.port).start();
    expect((await read(client, 4)).values[0]!['twice']).toBe(8);
  });

  test('sends what was not sent yet once the server is back', async () => {
    const probe = await startService();
    await probe.stop();
    const client = clientOf(probe.port, { retries: 100 });
    const early = Promise.all([read(client, 1), read(client, 2)]);
    await serve(probe.port).start();
    expect((await early).map(({ values }) => values[0]!['twice'])).toEqual([2, 4]);
  });

  test('does not ask twice what was sent: it is lost with its connection', async () => {
    let reads = 0;
    const answerer = new EchoAnswerer();
    const service = await startService({}, answerer);
    ends.push(() => service.stop());
    // Between client and service: passes the welcome on, then cuts at the first read.
    const port = await strange(socket => {
      const upstream = connect({ host: '127.0.0.1', port: service.port });
      let passed = 0;
      upstream.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        passed += 1;
        if (passed === 1) upstream.write(chunk);
        else {
          reads += 1;
          socket.destroy();
          upstream.destroy();
        }
      });
      upstream.on('data', chunk => socket.write(chunk));
    });
    const client = clientOf(port);
    await expect(read(client, 1)).rejects.toMatchObject({ name: 'Unavailable', reason: 'lost' });
    await expect(read(client, 2)).rejects.toMatchObject({ reason: 'lost' });
    expect(reads).toBe(2);
    expect(answerer.requests).toEqual([]);
  });

  test('gives up a read after its time, and a server that says nothing', async () => {
    const mute = await strange(() => undefined);
    const unwelcome = clientOf(mute, { timeout: 100, connectTimeout: 30, retries: 1000 });
    await expect(read(unwelcome, 1)).rejects.toMatchObject({ name: 'Unavailable', reason: 'timeout' });

    const service = await startService();
    ends.push(() => service.stop());
    let connections = 0;
    const port = await strange(socket => {
      connections += 1;
      const upstream = connect({ host: '127.0.0.1', port: service.port });
      upstream.on('error', () => undefined);
      // The first connection swallows what comes after the welcome.
      const swallows = connections === 1;
      let passed = 0;
      socket.on('data', (chunk: Buffer) => (swallows && passed++ > 0 ? undefined : upstream.write(chunk)));
      upstream.on('data', chunk => socket.write(chunk));
      socket.on('close', () => upstream.destroy());
    });
    const client = clientOf(port, { timeout: 150 });
    await expect(read(client, 1)).rejects.toMatchObject({ reason: 'timeout' });
    // The connection that said nothing has been given up for another.
    let answer: ReadAnswer | null = null;
    await until(
      () =>
        connections === 2 ||
        (void read(client, 2).then(
          done => (answer = done),
          () => null,
        ),
        false),
    );
    await until(
      () =>
        answer !== null ||
        (void read(client, 2).then(
          done => (answer = done),
          () => null,
        ),
        false),
    );
    expect(answer!.values[0]!['twice']).toBe(4);
  });

  test('says so where the other end speaks another protocol', async () => {
    const port = await strange(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(read(clientOf(port), 1)).rejects.toMatchObject({ name: 'BadAnswer' });
    const noise = await strange(socket => socket.end(Buffer.from([6, 0, 0, 0, 0, 0, 0, 0, 16, 0])));
    await expect(read(clientOf(noise), 1)).rejects.toMatchObject({ name: 'BadAnswer' });
  });

  test('lets so many reads wait and no more', async () => {
    const mute = await strange(() => undefined);
    const client = clientOf(mute, { maxWaiting: 10, timeout: 200, connectTimeout: 100, retries: 0 });
    const settled = await Promise.allSettled(Array.from({ length: 15 }, (_, id) => read(client, id)));
    const told = settled.map(each => ((each as PromiseRejectedResult).reason as Error).message);
    expect(told.filter(message => message.includes('10 reads wait'))).toHaveLength(5);
  });

  test('that is closed answers what was asked before, and nothing after', async () => {
    const service = await startService();
    ends.push(() => service.stop());
    const client = service.client();
    const early = [read(client, 1), read(client, 2)];
    const closed = client.close();
    await expect(read(client, 3)).rejects.toMatchObject({ reason: 'closed' });
    expect((await Promise.all(early)).map(({ values }) => values[0]!['twice'])).toEqual([2, 4]);
    await closed;
    await client.close();
  });

  test('keeps no more requests under way than it was told, and batches the rest', async () => {
    const answerer = new EchoAnswerer();
    const service = await startService({ maxInFlight: 2 }, answerer);
    ends.push(() => service.stop());
    const client = service.client();
    await read(client, 0);
    answerer.requests.length = 0;
    const waves: Promise<ReadAnswer>[] = [];
    for (let wave = 0; wave < 10; wave += 1) {
      for (let id = 0; id < 20; id += 1) waves.push(read(client, id));
      await new Promise<void>(resolve => process.nextTick(resolve));
    }
    await Promise.all(waves);
    expect(answerer.requests.length).toBeLessThan(10);
    expect(answerer.requests.reduce((sum, { keys }) => sum + keys.length, 0)).toBe(200);
  });
});
