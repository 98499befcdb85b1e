import { pino } from 'pino';
import { tcp } from '../../../runtime/client/tcp.ts';
import type { TcpOptions } from '../../../runtime/client/tcp.ts';
import type {
  ClosableTransport,
  InnerValue,
  ReadAnswer,
  ReadRequest,
} from '../../../runtime/client/transport.ts';
import type { FrontierEntry } from '../../../runtime/engine/record.ts';
import type { Answerer } from '../../../runtime/serve/answerer.ts';
import { tcpServer } from '../../../runtime/serve/tcp/server.ts';
import type { TcpServerOptions } from '../../../runtime/serve/tcp/server.ts';
import { patient } from '../../support/patient.ts';
import { plan } from './plan.ts';

/** Answers `small` by arithmetic, and `everything` by giving back what was given, each alone and in a list. */
export class EchoAnswerer implements Answerer {
  now = 1_700_000_000_000_000;
  requests: ReadRequest[] = [];
  entries: readonly FrontierEntry[] = [];
  /** Thrown for this key of `small`. */
  poison: number | null = null;

  answer(request: ReadRequest): ReadAnswer {
    this.requests.push(request);
    return {
      at: request.at ?? this.now,
      frontier: this.entries,
      values: request.keys.map(key => this.#one(request, key)),
    };
  }

  frontier(): readonly FrontierEntry[] {
    return this.entries;
  }

  #one({ name }: ReadRequest, key: ReadRequest['keys'][number]): Record<string, InnerValue> {
    if (name === 'small') {
      const id = key['id'] as number;
      if (id === this.poison) throw new Error(`the key ${id} is poison`);
      return { twice: id * 2, text: id % 3 === 0 ? null : `n${id}` };
    }
    const given = key as Record<string, InnerValue>;
    const lists = Object.entries(given).map(([column, value]) => [
      `${column}_list`,
      value === null ? [] : [value, value],
    ]);
    return { ...given, ...(Object.fromEntries(lists) as Record<string, InnerValue>) };
  }
}

export interface Service {
  readonly port: number;
  readonly answerer: EchoAnswerer;
  client(options?: Partial<TcpOptions>): ClosableTransport;
  stop(): Promise<void>;
}

/** A server on a free port, and its clients; `stop` closes all. */
export async function startService(
  options: Partial<TcpServerOptions> = {},
  answerer = new EchoAnswerer(),
): Promise<Service> {
  const server = tcpServer({
    plan,
    answerer,
    host: '127.0.0.1',
    port: 0,
    log: pino({ level: 'silent' }),
    drain: 2000,
    ...options,
  });
  const { port } = await server.start();
  const clients: ClosableTransport[] = [];
  return {
    port,
    answerer,
    client(clientOptions) {
      const client = tcp({ port, ...patient, ...clientOptions });
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all([...clients.map(client => client.close()), server.close()]);
    },
  };
}
