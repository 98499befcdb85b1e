import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port on loopback that nobody listens on. It lies below those that systems give to outgoing connections, so that
 * a server that is stopped and started again finds its port free.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(12_000, 30_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port among 100 from 12000 to 30000');
}

async function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
