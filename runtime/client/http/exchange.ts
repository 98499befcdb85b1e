// Hot path: one request and its answer over a pool of connections.
import type { Dispatcher, Pool } from 'undici';
import { Unavailable } from '../errors.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface ExchangeSettings {
  readonly headers: readonly string[];
  /** ms, retries included. */
  readonly timeout: number;
  readonly retries: number;
  readonly backoff: number;
  readonly random: () => number;
}

/**
 * Posts a body. A connection that does not come about is tried again, with a random wait before it; once a byte
 * may have been sent nothing is.
 * @throws Unavailable
 */
export function post(
  pool: Pool,
  path: string,
  body: string,
  settings: ExchangeSettings,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => new Exchange(pool, path, body, settings, resolve, reject).begin());
}

class Exchange implements Dispatcher.DispatchHandler {
  #attempts = 0;
  #sent = false;
  #settled = false;
  #controller: Dispatcher.DispatchController | null = null;
  #deadline: NodeJS.Timeout | null = null;
  #wait: NodeJS.Timeout | null = null;
  #status = 0;
  #chunks: Buffer[] = [];

  constructor(
    readonly pool: Pool,
    readonly path: string,
    readonly body: string,
    readonly settings: ExchangeSettings,
    readonly resolve: (answer: HttpAnswer) => void,
    readonly reject: (error: Error) => void,
  ) {}

  begin(): void {
    const { timeout } = this.settings;
    this.#deadline = setTimeout(() => {
      this.#fail(new Unavailable('timeout', `no answer came within ${timeout} ms`));
      this.#controller?.abort(new Error('timed out'));
    }, timeout);
    this.#dispatch();
  }

  #dispatch(): void {
    this.#attempts += 1;
    const { path, body } = this;
    const headers = this.settings.headers as string[];
    try {
      this.pool.dispatch({ path, method: 'POST', headers, body }, this);
    } catch (error) {
      this.onResponseError(null, error as Error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) {
      controller.abort(new Error('timed out'));
      return;
    }
    this.#sent = true;
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const chunks = this.#chunks;
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    if (this.#settle()) this.resolve({ status: this.#status, text: bytes.toString('utf8') });
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#settled) return;
    if (isClosed(error))
      this.#fail(new Unavailable('closed', 'the client has been closed', { cause: error }));
    else if (this.#sent) {
      this.#fail(
        new Unavailable('lost', `the connection broke before the answer: ${error.message}`, { cause: error }),
      );
    } else if (this.#attempts <= this.settings.retries) {
      const { backoff, random } = this.settings;
      this.#wait = setTimeout(() => this.#dispatch(), random() * backoff * 2 ** (this.#attempts - 1));
    } else {
      const tries = `${this.#attempts} ${this.#attempts === 1 ? 'try' : 'tries'}`;
      this.#fail(new Unavailable('connect', `no connection in ${tries}: ${whyNot(error)}`, { cause: error }));
    }
  }

  #fail(error: Unavailable): void {
    if (this.#settle()) this.reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    if (this.#wait !== null) clearTimeout(this.#wait);
    return true;
  }
}

function isClosed(error: Error): boolean {
  return 'code' in error && (error.code === 'UND_ERR_CLOSED' || error.code === 'UND_ERR_DESTROYED');
}

/** A host of several addresses fails with an error for each, and no message of its own. */
function whyNot(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(each => (each as Error).message).join('; ');
  return error.message;
}
