import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { PATIENCE } from '../support/patient.ts';
import { send, serve } from './support.ts';

type Outcome = 'answered' | 'refused' | `broken: ${string}`;

/** One read over an agent's kept connections. */
function read(url: string, agent: Agent): Promise<Outcome> {
  return new Promise(resolve => {
    const body = JSON.stringify({ keys: [{ user_id: 1 }, { user_id: 2 }] });
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(`${url}/v1/groups/user`, { method: 'POST', agent, headers }, reply => {
      let text = '';
      reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
      reply.on('error', error => resolve(`broken: ${error.message}`));
      reply.on('end', () =>
        resolve(reply.statusCode === 200 && text.endsWith('}') ? 'answered' : `broken: ${reply.statusCode}`),
      );
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : `broken: ${error.code}`),
    );
    sent.end(body);
  });
}

describe('closing', () => {
  it('drops no request under load: each is answered, or finds no connection', async () => {
    for (let round = 0; round < 5; round += 1) {
      // It waits no longer than connections are open.
      const running = await serve({ drain: PATIENCE });
      const agent = new Agent({ keepAlive: true, maxSockets: 20 });
      const outcomes: Outcome[] = [];
      const client = async (): Promise<void> => {
        for (;;) {
          const outcome = await read(running.url, agent);
          outcomes.push(outcome);
          if (outcome !== 'answered') return;
        }
      };
      const clients = Array.from({ length: 40 }, client);
      let answeredBefore = 0;
      try {
        await expect
          .poll(() => outcomes.length, { interval: 1, timeout: PATIENCE })
          .toBeGreaterThan(100 + round * 37);
      } finally {
        // Whatever has come about: nobody goes on asking when the test is over.
        answeredBefore = outcomes.length;
        await running.server.close();
        await Promise.all(clients);
        agent.destroy();
      }
      expect(new Set(outcomes)).toEqual(new Set(['answered', 'refused']));
      expect(outcomes.length).toBeGreaterThan(answeredBefore);
    }
  });

  it('lets a request come to its end that has begun', async () => {
    const running = await serve({ drain: 50 });
    const socket = await connected(running.url);
    let answered = '';
    socket.on('data', chunk => (answered += chunk.toString()));
    const body = '{"key":{"user_id":3}}';
    socket.write(
      `POST /v1/groups/user HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await send(`${running.url}/healthz`);
    const closed = running.server.close();
    await expect
      .poll(
        () =>
          send(`${running.url}/healthz`).then(
            () => true,
            () => false,
          ),
        { interval: 5, timeout: PATIENCE },
      )
      .toBe(false);
    socket.write(body.slice(5));
    await once(socket, 'close');
    await closed;
    expect(answered).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close/is);
    expect(answered).toContain('"values":{"user_id":3,"spend":1}');
  });

  it('is not ready from then on, and closes idle connections', async () => {
    const running = await serve({ drain: 1000 });
    const [used, idle] = [await connected(running.url), await connected(running.url)];
    const closed = running.server.close();
    let answered = '';
    used.on('data', chunk => (answered += chunk.toString()));
    used.write('GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n');
    await Promise.all([once(used, 'close'), once(idle, 'close'), closed]);
    expect(answered).toMatch(/^HTTP\/1\.1 503 .*"the service is stopping"/s);
    await running.server.close();
  });

  it('cuts off what does not come to its end', async () => {
    const running = await serve({ drain: 0, closeTimeout: 100 });
    const socket = await connected(running.url);
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/groups/user HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    );
    await send(`${running.url}/healthz`);
    await Promise.all([once(socket, 'close'), running.server.close()]);
  });
});

async function connected(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}
