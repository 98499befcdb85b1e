import { afterEach, describe, expect, test } from 'vitest';
import { Unauthorized } from '../../runtime/client/errors.ts';
import { ANSWER, GOAWAY, HELLO, READ, WELCOME } from '../../runtime/serve/tcp/protocol.ts';
import type { TcpServerOptions } from '../../runtime/serve/tcp/server.ts';
import { tcpServer } from '../../runtime/serve/tcp/server.ts';
import { Random } from '../support/random.ts';
import { HandTimers } from './support/hand-timers.ts';
import { RawClient, helloBytes, readBytes, until } from './support/raw.ts';
import { EchoAnswerer, startService } from './support/service.ts';
import type { Service } from './support/service.ts';
import { plan } from './support/plan.ts';

let service: Service;
let dropped: string[];
afterEach(() => service.stop());

async function start(options: Partial<TcpServerOptions> = {}, answerer?: EchoAnswerer): Promise<Service> {
  dropped = [];
  const events = {
    connections: () => undefined,
    refused: () => undefined,
    dropped: (reason: string) => dropped.push(reason),
  };
  service = await startService({ events, ...options }, answerer);
  return service;
}

/** Connected and welcomed. */
async function welcomed(port = service.port): Promise<RawClient> {
  const raw = new RawClient(port);
  raw.write(helloBytes());
  await until(() => raw.count(WELCOME) === 1);
  return raw;
}

/** The service still answers others. */
async function answersOthers(): Promise<void> {
  const answer = await service.client().read({ kind: 'group', name: 'small', keys: [{ id: 21 }] });
  expect(answer.values).toEqual([{ twice: 42, text: null }]);
}

function frame(kind: number, payload: Uint8Array, length = payload.length + 5): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(77, 4);
  bytes[8] = kind;
  bytes.set(payload, 9);
  return bytes;
}

describe('a client that is no good', () => {
  test('is asked for the token, and compared with it, before anything else', async () => {
    await start({ token: 'open sesame' });
    const read = { kind: 'group', name: 'small', keys: [{ id: 1 }] } as const;
    await expect(service.client().read(read)).rejects.toThrow(Unauthorized);
    await expect(service.client({ token: 'open' }).read(read)).rejects.toThrow(/not the one/);
    expect((await service.client({ token: 'open sesame' }).read(read)).values).toHaveLength(1);
    expect(dropped).toEqual(['unauthorized', 'unauthorized']);
    const raw = new RawClient(service.port);
    raw.write(readBytes(1, 1));
    await raw.closed;
    expect(raw.errors).toEqual(['invalid_request']);
    expect(raw.answers).toBe(0);
  });

  test.each<[string, () => Uint8Array]>([
    ['speaks HTTP', () => Buffer.from('GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n')],
    ['has another magic', () => helloBytes('', 1, 0x1234_5678)],
    ['has another version', () => helloBytes('', 99)],
    ['sends a HELLO of megabytes', () => frame(HELLO, Buffer.alloc(9000))],
    ['sends a frame without a head', () => Buffer.from([3, 0, 0, 0, 1, 2, 3])],
    ['sends a HELLO that is cut off', () => frame(HELLO, helloBytes().subarray(9, 12))],
    [
      'sends a HELLO that goes on',
      () => frame(HELLO, Buffer.concat([helloBytes().subarray(9), Buffer.alloc(1)])),
    ],
  ])('and %s is told, and cut off', async (_, bytes) => {
    await start();
    const raw = new RawClient(service.port);
    raw.write(bytes());
    await raw.closed;
    expect(raw.errors).toEqual(['invalid_request']);
    expect(dropped).toEqual(['malformed']);
    await answersOthers();
  });

  const sound = readBytes(1, 1).subarray(9);
  test.each<[string, () => Uint8Array]>([
    ['says hello twice', () => helloBytes()],
    ['sends what a server sends', () => frame(ANSWER, Buffer.alloc(0))],
    ['asks for more than the table has', () => frame(READ, Buffer.from([9, 0, 0, 1, 0, 0, 0]))],
    ['sends flags of another version', () => frame(READ, Buffer.from([0, 0, 8, 0, 0, 0, 0]))],
    ['sends a frame over the limit', () => frame(READ, sound, 2 ** 21)],
    ['sends fewer keys than it says', () => frame(READ, sound.subarray(0, -1))],
    ['sends more keys than it says', () => frame(READ, Buffer.concat([sound, sound]))],
    ['sends text that is not UTF-8', () => frame(READ, textKey(Buffer.from([0xff, 0xfe])))],
    ['sends a text longer than its frame', () => frame(READ, textKey(Buffer.from('ab'), 0x7fff_ffff))],
    ['sends a boolean that is neither', () => frame(READ, Buffer.from([1, 0, 0, 1, 0, 0, 0, 0xdf, 0xff, 7]))],
  ])('and %s is told, and cut off, after the answers it had coming', async (_, bytes) => {
    await start();
    const raw = await welcomed();
    raw.write(Buffer.concat([readBytes(1, 1), readBytes(2, 2), bytes(), readBytes(3, 3)]));
    await raw.closed;
    expect(raw.answers).toBe(2);
    expect(raw.errors).toEqual(['invalid_request']);
    await answersOthers();
  });

  /** READ of `everything` with one text: only the fourth column is not null. */
  function textKey(text: Uint8Array, length = text.length): Buffer {
    const size: number[] = [];
    for (let rest = length; ; rest >>>= 7) {
      size.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    return Buffer.from([1, 0, 0, 1, 0, 0, 0, 0xf7, 0xff, ...size, ...text]);
  }

  test('keeps its connection where the request can be refused alone', async () => {
    await start({ maxKeys: 3 });
    const raw = await welcomed();
    raw.write(
      Buffer.concat([readBytes(1, 1, 2, 3, 4), readBytes(2, 0.5), readBytes(3, NaN), readBytes(4, 4)]),
    );
    await until(() => raw.answers === 1);
    expect(raw.errors).toEqual(['too_many_keys', 'invalid_key', 'invalid_key']);
    raw.socket.end();
    await raw.closed;
  });

  test('that takes its time over half a frame is cut off, others are not', async () => {
    const timers = new HandTimers();
    await start({ timers, stall: 10_000 });
    const mute = new RawClient(service.port);
    const half = await welcomed();
    const idle = await welcomed();
    half.write(readBytes(1, 1).subarray(0, 7));
    const pipelined = await welcomed();
    // Never between two frames, yet each of them comes in time.
    const stream = Buffer.concat(Array.from({ length: 40 }, (_, i) => readBytes(i, i)));
    const size = readBytes(1, 1).length;
    for (let i = 0; i < 40; i += 1) {
      pipelined.write(stream.subarray(i * size - (i === 0 ? 0 : 3), (i + 1) * size - 3));
      await until(() => pipelined.answers >= i);
      timers.pass(1000);
      half.write(Buffer.alloc(0));
    }
    await Promise.all([mute.closed, half.closed]);
    expect(dropped).toEqual(['stalled', 'stalled']);
    expect(pipelined.socket.destroyed || idle.socket.destroyed).toBe(false);
    idle.write(readBytes(9, 9));
    await until(() => idle.answers === 1);
    for (const raw of [idle, pipelined]) raw.socket.destroy();
  });

  test('that does not read its answers stops being read, and is cut off in time', async () => {
    const timers = new HandTimers();
    const answerer = new EchoAnswerer();
    await start({ timers, stall: 10_000 }, answerer);
    const raw = await welcomed();
    raw.socket.pause();
    // Some hundred MB of answers, of which the kernel takes a few.
    const ids = Array.from({ length: 1000 }, (_, i) => i + 1);
    const request = readBytes(5, ...ids);
    for (let i = 0; i < 3000; i += 1) raw.write(request);
    let before = -1;
    let still = 0;
    await until(() => {
      still = before > 0 && answerer.requests.length === before ? still + 1 : 0;
      before = answerer.requests.length;
      return still === 50;
    });
    expect(before).toBeLessThan(2900);
    await answersOthers();
    await until(() => {
      timers.pass(4000);
      return dropped.length === 1;
    });
    expect(dropped).toEqual(['stalled']);
    raw.socket.destroy();
  });

  test('that reads slowly gets every answer', async () => {
    await start();
    const raw = await welcomed();
    const ids = Array.from({ length: 1000 }, (_, i) => i + 1);
    for (let i = 1; i <= 300; i += 1) raw.write(readBytes(i, ...ids));
    while (raw.answers < 300) {
      raw.socket.pause();
      await new Promise(resolve => setImmediate(resolve));
      raw.socket.resume();
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(raw.frames.filter(({ kind }) => kind === ANSWER).map(({ request }) => request)).toEqual(
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    raw.socket.destroy();
  });

  test('that vanishes in the middle leaves nothing behind', async () => {
    const counts: number[] = [];
    await start({
      events: { connections: n => counts.push(n), refused: () => undefined, dropped: () => undefined },
    });
    for (let i = 0; i < 20; i += 1) {
      const raw = await welcomed();
      raw.write(Buffer.concat([readBytes(1, 1), readBytes(2, 2).subarray(0, i)]));
      raw.socket.resetAndDestroy();
    }
    await until(() => counts.at(-1) === 0);
    await answersOthers();
  });

  test('that ends its side gets the answers to what it sent', async () => {
    await start();
    const raw = new RawClient(service.port);
    raw.write(Buffer.concat([helloBytes(), ...Array.from({ length: 5000 }, (_, i) => readBytes(i + 1, i))]));
    raw.socket.end();
    await raw.closed;
    expect(raw.answers).toBe(5000);
  });

  test('among too many is not let in', async () => {
    await start({ maxConnections: 2 });
    const [a, b] = [await welcomed(), await welcomed()];
    const third = new RawClient(service.port);
    await third.closed;
    expect(dropped).toEqual(['too_many']);
    a.socket.destroy();
    await a.closed;
    await answersOthers();
    b.socket.destroy();
  });
});

describe('random bytes and cuts', () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));

  test(`a stream cut anywhere is answered as a whole one (seed ${seed})`, async () => {
    await start();
    const random = new Random(seed);
    for (let round = 0; round < 20; round += 1) {
      const raw = new RawClient(service.port);
      raw.socket.setNoDelay(true);
      const frames = Array.from({ length: 30 }, (_, i) =>
        readBytes(i + 1, ...Array.from({ length: random.below(40) }, () => random.below(1000))),
      );
      const stream = Buffer.concat([helloBytes(), ...frames]);
      for (let at = 0; at < stream.length;) {
        const size = random.chance(0.5) ? 1 + random.below(12) : 1 + random.below(2000);
        raw.write(stream.subarray(at, at + size));
        at += size;
        if (random.chance(0.3)) await new Promise(resolve => setImmediate(resolve));
      }
      await until(() => raw.answers === 30);
      expect(raw.errors).toEqual([]);
      raw.socket.destroy();
    }
  });

  test(`bytes that are flipped, cut, doubled or drawn harm nobody else (seed ${seed})`, async () => {
    await start({ maxFrame: 4096, maxKeys: 50 });
    const random = new Random(seed + 1);
    const good = await welcomed();
    const sent: RawClient[] = [];
    for (let round = 0; round < 300; round += 1) {
      const raw = new RawClient(service.port);
      sent.push(raw);
      const frames = Array.from({ length: 1 + random.below(6) }, (_, i) =>
        readBytes(i + 1, random.below(99), 5),
      );
      const stream = Buffer.concat([...(random.chance(0.9) ? [helloBytes()] : []), ...frames]);
      for (let flips = random.below(5); flips > 0; flips -= 1)
        stream[random.below(stream.length)] = random.below(256);
      const noise = Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));
      raw.write(random.chance(0.2) ? noise : stream.subarray(0, random.between(1, stream.length)));
      if (random.chance(0.5)) raw.write(random.chance(0.5) ? noise : stream);
      if (random.chance(0.3)) raw.socket.end();
      if (round % 10 === 0) {
        good.write(readBytes(round + 1, round));
        await until(() => good.answers === round / 10 + 1);
      }
    }
    expect(good.errors).toEqual([]);
    await answersOthers();
    for (const raw of [good, ...sent]) raw.socket.destroy();
  });
});

describe('a server', () => {
  test('open to others wants a token', async () => {
    await start();
    const open = { plan, answerer: service.answerer, host: '0.0.0.0', port: 0 };
    const log = (await import('pino')).pino({ level: 'silent' });
    expect(() => tcpServer({ ...open, log })).toThrow(/without a token/);
    expect(() => tcpServer({ ...open, log, insecure: true })).not.toThrow();
    expect(() => tcpServer({ ...open, log, token: 'secret' })).not.toThrow();
  });

  test('that closes says so', async () => {
    await start();
    const raw = await welcomed();
    raw.write(readBytes(1, 1));
    await until(() => raw.answers === 1);
    const stopped = service.stop();
    await until(() => raw.count(GOAWAY) === 1);
    // What crossed on the way is answered all the same.
    raw.write(readBytes(2, 2));
    await until(() => raw.answers === 2);
    raw.socket.end();
    await stopped;
  });
});
