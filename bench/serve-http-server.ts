// The other side of bench/serve-http.ts: one process with one server, told what to be by its argument.
import fastify from 'fastify';
import { pino } from 'pino';
import { serving } from '../generated/serving.ts';
import { program } from '../generated/stream/index.ts';
import { Engine } from '../runtime/engine/engine.ts';
import type { ReadAnswer, ReadRequest } from '../runtime/client/transport.ts';
import type { Scalar } from '../runtime/engine/value.ts';
import { httpServer } from '../runtime/serve/http/server.ts';

const USERS = 20_000;
const EVENTS = 200_000;
const START = Date.UTC(2024, 0, 1) * 1000;

function loaded(): Engine {
  const engine = new Engine(program);
  for (let offset = 0; offset < EVENTS; offset += 1) {
    const time = START + offset * 400_000;
    engine.ingest({
      source: 'card_transactions',
      partition: 0,
      offset,
      arrivedAt: time,
      value: {
        transaction_id: `t${offset}`,
        user_id: (offset * 7919) % USERS,
        merchant_id: (offset * 31) % 500,
        terminal_id: offset % 100,
        amount: ((offset * 37) % 100_000) / 100,
        country: offset % 11 === 0 ? 'FR' : 'DE',
        is_fraud: offset % 97 === 0,
        transaction_time: time,
      },
    });
  }
  return engine;
}

async function features(): Promise<string> {
  const engine = loaded();
  const frontier = engine.frontier();
  let now = START + EVENTS * 400_000;
  const answer = ({ kind, name, keys, at }: ReadRequest): ReadAnswer => {
    const t = at ?? (now += 1);
    const values = keys.map(key =>
      kind === 'group'
        ? engine.readGroup(name, key as Record<string, Scalar>, t)
        : engine.readVector(name, key as Record<string, Scalar>, t),
    );
    return { at: t, frontier, values };
  };
  return httpServer({
    plan: serving,
    answerer: { answer, frontier: () => frontier },
    host: '127.0.0.1',
    port: 0,
    ready: () => ({ ready: true, reasons: [] }),
    log: pino({ level: 'silent' }),
  }).start();
}

/** Fastify as it comes: parses the body, and answers with as many bytes as `?bytes=` says, made beforehand. */
async function bare(): Promise<string> {
  const app = fastify();
  const answers = new Map<string, string>();
  app.post<{ Querystring: { readonly bytes: string } }>('*', ({ query: { bytes } }, reply) => {
    let answer = answers.get(bytes);
    if (answer === undefined) answers.set(bytes, (answer = 'x'.repeat(Number(bytes))));
    return reply.send(answer);
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

const url = await (process.argv[2] === 'bare' ? bare() : features());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ cpu: (user + system) / 1e6 });
});
process.send!({ url });
