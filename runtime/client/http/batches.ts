// Hot path: reads of one turn of the event loop that may share a request.
import { InvalidRequest, Unavailable } from '../errors.ts';
import type { AccessorPlan } from '../plan.ts';
import type { ReadAnswer, ReadRequest } from '../transport.ts';
import { keyText } from './request-text.ts';

/** Sends keys, as JSON, for one group or vector at one instant. */
export type SendKeys = (
  plan: AccessorPlan,
  keys: readonly string[],
  at: number | undefined,
) => Promise<ReadAnswer>;

interface Call {
  /** Its keys stand in the batch from here on. */
  readonly from: number;
  readonly count: number;
  readonly resolve: (answer: ReadAnswer) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly plan: AccessorPlan;
  readonly at: number | undefined;
  readonly keys: string[];
  readonly calls: Call[];
}

/**
 * Puts reads of the same group or vector at the same instant into one request, up to a number of keys. One read's
 * keys stay together: they are answered at one instant and frontier.
 */
export class Batches {
  readonly #send: SendKeys;
  readonly #size: number;
  #open = new Map<string, Batch>();
  #scheduled = false;
  #underWay = 0;
  #closed: { readonly whenIdle: Promise<void>; readonly idle: () => void } | null = null;
  readonly #flush = (): void => this.#sendAll();

  constructor(send: SendKeys, size: number) {
    this.#send = send;
    this.#size = size;
  }

  read({ kind, name, keys, at }: ReadRequest, plan: AccessorPlan): Promise<ReadAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== null) {
        reject(new Unavailable('closed', 'the client has been closed'));
        return;
      }
      const address = `${kind} ${name} ${at ?? ''}`;
      const known = this.#open.get(address);
      let batch = known;
      if (batch === undefined || batch.plan !== plan || batch.keys.length + keys.length > this.#size) {
        if (known !== undefined) this.#sendOne(known);
        batch = { plan, at, keys: [], calls: [] };
        this.#open.set(address, batch);
      }
      batch.calls.push({ from: batch.keys.length, count: keys.length, resolve, reject });
      for (const key of keys) batch.keys.push(keyText(key));
      if (this.#scheduled) return;
      this.#scheduled = true;
      // After the I/O of this turn: what many requests of a server ask for meets here.
      setImmediate(this.#flush);
    });
  }

  /** Settles when all reads have been answered; later ones are refused. */
  close(): Promise<void> {
    if (this.#closed === null) {
      let idle!: () => void;
      this.#closed = { whenIdle: new Promise<void>(resolve => (idle = resolve)), idle };
      this.#sendAll();
      if (this.#underWay === 0) idle();
    }
    return this.#closed.whenIdle;
  }

  #sendAll(): void {
    this.#scheduled = false;
    const open = this.#open;
    this.#open = new Map();
    for (const batch of open.values()) this.#sendOne(batch);
  }

  #sendOne({ plan, at, keys, calls }: Batch): void {
    this.#sendKeys(
      plan,
      keys,
      at,
      answer => {
        if (calls.length === 1) calls[0]!.resolve(answer);
        else
          for (const { from, count, resolve } of calls)
            resolve({ ...answer, values: answer.values.slice(from, from + count) });
      },
      error => {
        // One read's fault is not its neighbours': each is asked for by itself, and gets its own answer.
        const alone = calls.length > 1 && error instanceof InvalidRequest && error.code !== 'unknown_name';
        for (const { from, count, resolve, reject } of calls) {
          if (alone) this.#sendKeys(plan, keys.slice(from, from + count), at, resolve, reject);
          else reject(error);
        }
      },
    );
  }

  #sendKeys(
    plan: AccessorPlan,
    keys: readonly string[],
    at: number | undefined,
    resolve: (answer: ReadAnswer) => void,
    reject: (error: unknown) => void,
  ): void {
    this.#underWay += 1;
    const settled = (): void => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#closed?.idle();
    };
    void this.#send(plan, keys, at).then(resolve, reject).then(settled);
  }
}
