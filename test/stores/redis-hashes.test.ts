import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { processTimers } from '../../runtime/serve/tcp/timers.ts';
import { RedisHashes } from '../../runtime/stores/redis-hashes.ts';

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

test('it ends at once while the server is away', { timeout: 10_000 }, async () => {
  let away = (): void => undefined;
  const isAway = new Promise<void>(resolve => (away = resolve));
  const hashes = new RedisHashes({
    redis: `redis://127.0.0.1:${await closedPort()}`,
    timers: processTimers,
    random: () => 0.5,
    events: { health: health => health === 'away' && away() },
  });
  await isAway;
  // The next try is a while off.
  await new Promise(resolve => setImmediate(resolve));
  await hashes.close();
  expect(hashes.isReady).toBe(false);
});
