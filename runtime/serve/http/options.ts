import type { Logger } from 'pino';
import type { Answerer } from '../answerer.ts';
import type { Exposure } from '../exposure.ts';
import type { ServingPlan } from '../plan.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why not, for operators: `flights lags 12 s behind`. */
  readonly reasons: readonly string[];
}

export interface HttpEvents {
  /**
   * A request has been answered or refused.
   * @param name the group or vector; null where it asked for none that there is
   * @param seconds from its last byte read to its answer handed to the socket
   */
  answered(name: string | null, status: number, keys: number, seconds: number): void;
}

/** What may be left open where a token is asked for. `/healthz` and `/readyz` always are. */
export type OpenPart = 'metrics' | 'docs';

export interface HttpServerOptions extends Exposure {
  readonly plan: ServingPlan;
  readonly answerer: Answerer;
  /** 0: any free one. */
  readonly port: number;
  /** Readable without the token; `docs` are `/`, `/docs`, `/openapi.json` and `/catalog`. None unless told. */
  readonly open?: readonly OpenPart[];
  /** Of one request, in bytes; 1 MiB unless told otherwise. */
  readonly bodyLimit?: number;
  /** In one request; 1,000 unless told otherwise. */
  readonly maxKeys?: number;
  readonly ready: () => Readiness;
  /** Prometheus' text; without it there is no `/metrics`. */
  readonly metrics?: () => Promise<string>;
  /** What `skewless status` shows, as plain data; without it there is no `/status`. */
  readonly status?: () => object;
  /** JSON of `generated/catalog.json`; without it there is no `/catalog`. */
  readonly catalog?: string;
  /** How long `close` waits for idle connections to come with one more request and be told, ms; 1,000. */
  readonly drain?: number;
  /** How long it then waits for what is under way, before it cuts what is left, ms; 10,000. */
  readonly closeTimeout?: number;
  readonly log: Logger;
  readonly events?: HttpEvents;
}

export interface HttpServer {
  /** Listens. @returns where: `http://127.0.0.1:8080`. @throws Error where the port is taken */
  start(): Promise<string>;
  /**
   * Takes no new connection, answers what is under way and what comes over open connections, which are closed
   * after their answer. Settles when all are closed.
   */
  close(): Promise<void>;
}
