// Control path: what listens.
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { ServiceStatus } from '../observe/status.ts';
import type { Answerer } from '../serve/answerer.ts';
import { httpServer } from '../serve/http/server.ts';
import type { Readiness } from '../serve/http/options.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { tcpServer } from '../serve/tcp/server.ts';

export interface ServersOptions {
  readonly plan: ServingPlan;
  readonly answerer: Answerer;
  readonly settings: Settings['serve'];
  readonly metrics: Metrics;
  readonly ready: () => Readiness;
  readonly status: () => ServiceStatus;
  /** JSON of `generated/catalog.json`; null where there is none. */
  readonly catalog: string | null;
  readonly log: Logger;
}

/** Where the service can be reached. */
export interface Addresses {
  /** `http://127.0.0.1:8080` */
  readonly http: string | null;
  readonly tcp: { readonly host: string; readonly port: number } | null;
}

export interface Servers extends Addresses {
  /** Answers what is under way, and settles when all connections are closed. */
  close(): Promise<void>;
}

/** @throws Error where an address is taken, or open to others without a token */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { plan, answerer, settings, metrics, ready, status, catalog, log } = options;
  const { token, insecure, bodyLimit, maxKeys, drain } = settings;
  const shared = { plan, answerer, insecure, maxKeys, log, ...(token === null ? {} : { token }) };
  const http =
    settings.http &&
    httpServer({
      ...shared,
      ...settings.http,
      bodyLimit,
      open: settings.open,
      closeTimeout: drain,
      ready,
      status,
      metrics: () => metrics.text(),
      ...(catalog === null ? {} : { catalog }),
      events: {
        answered: (name, code, keys, seconds) =>
          metrics.onRequest('http', name, code === 200 ? 'ok' : String(code), keys, seconds),
      },
    });
  const tcp =
    settings.tcp &&
    tcpServer({
      ...shared,
      ...settings.tcp,
      answerer: counted(answerer, metrics),
      maxFrame: bodyLimit,
      drain,
      events: {
        connections: () => undefined,
        refused: code => metrics.onRequest('tcp', null, code, 0, 0),
        dropped: reason => metrics.onRequest('tcp', null, reason, 0, 0),
      },
    });
  const started = {
    http: http === null ? null : await http.start(),
    tcp: tcp === null ? null : await tcp.start(),
  };
  if (started.tcp !== null) log.info(started.tcp, 'TCP listens');
  return {
    ...started,
    close: async () => {
      await Promise.all([http?.close(), tcp?.close()]);
    },
  };
}

/** Counts what is answered over TCP, which knows of no request but the answerer. */
function counted(answerer: Answerer, metrics: Metrics): Answerer {
  return {
    frontier: () => answerer.frontier(),
    answer: request => {
      const started = performance.now();
      const answer = answerer.answer(request);
      const seconds = (performance.now() - started) / 1000;
      metrics.onRequest('tcp', request.name, 'ok', request.keys.length, seconds);
      return answer;
    },
  };
}
