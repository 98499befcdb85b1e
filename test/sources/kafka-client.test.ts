import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { KafkaClient } from '../../runtime/sources/kafka/client.ts';

let server: Server;
afterEach(() => server.close());

/** A port that hangs up on whoever comes. @returns null where this machine has no such address */
async function portAt(host: string): Promise<number | null> {
  server = createServer(socket => socket.destroy());
  server.listen(0, host);
  const failed = once(server, 'error').then(() => null);
  const port = once(server, 'listening').then(() => (server.address() as AddressInfo).port);
  return Promise.race([failed, port]);
}

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]', '::1'],
])('a broker at %s is reached', async (written, host) => {
  const port = await portAt(host);
  if (port === null) {
    expect(host).toBe('::1');
    return;
  }
  const came = once(server, 'connection');
  const client = new KafkaClient({
    brokers: [`${written}:${port}`],
    clientId: 'test',
    groupId: 'test',
    topics: [],
    start: 'latest',
    logger: pino({ level: 'silent' }),
    now: () => 0,
  });
  const connecting = client.kafka.admin().connect();
  const outcome = expect(connecting).rejects.toThrow();
  await came;
  client.cut();
  await outcome;
});
