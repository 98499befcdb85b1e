// Hot path: calls that have not been sent yet, those that may share a request together.
import type { AccessorPlan } from './plan.ts';
import type { ReadAnswer, ReadRequest } from './transport.ts';

export interface Call {
  readonly request: ReadRequest;
  readonly plan: AccessorPlan | undefined;
  readonly resolve: (answer: ReadAnswer) => void;
  readonly reject: (error: Error) => void;
  /** When it must have been answered, by the client's clock. */
  readonly deadline: number;
  /** Answered or failed: nothing more happens to it. */
  settled: boolean;
  /** It goes without company: its batch was refused, and who is to blame is not known. */
  alone: boolean;
}

/** Calls for one group or vector at one instant, in the order they came. */
export interface CallList {
  readonly kind: ReadRequest['kind'];
  readonly name: string;
  readonly at: number | undefined;
  calls: Call[];
  /** The first that has not been sent. */
  next: number;
  /** Whether it stands among those that wait. */
  waits: boolean;
}

export class CallQueue {
  /** Of calls for now, which live on; of other instants they live as long as they wait. */
  readonly #groups = new Map<string, CallList>();
  readonly #vectors = new Map<string, CallList>();
  readonly #timed = new Map<string, CallList>();
  #waiting: CallList[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(call: Call): void {
    const list = this.#listOf(call.request);
    list.calls.push(call);
    this.#size += 1;
    if (list.waits) return;
    list.waits = true;
    this.#waiting.push(list);
  }

  /** The list whose turn it is, or undefined. */
  get first(): CallList | undefined {
    return this.#waiting[0];
  }

  /** The first list's calls up to `next` are off the queue; the next list gets its turn. */
  advance(next: number): void {
    const list = this.#waiting.shift()!;
    this.#size -= next - list.next;
    list.next = next;
    if (next < list.calls.length) {
      this.#waiting.push(list);
      return;
    }
    list.calls = [];
    list.next = 0;
    list.waits = false;
    if (list.at !== undefined) this.#timed.delete(timedKey(list));
  }

  /** Takes off all that `leaves` says. */
  remove(leaves: (call: Call) => boolean): Call[] {
    const left: Call[] = [];
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const list of waiting) {
      const stay: Call[] = [];
      for (let i = list.next; i < list.calls.length; i += 1)
        (leaves(list.calls[i]!) ? left : stay).push(list.calls[i]!);
      list.calls = stay;
      list.next = 0;
      list.waits = stay.length > 0;
      if (list.waits) this.#waiting.push(list);
      else if (list.at !== undefined) this.#timed.delete(timedKey(list));
    }
    this.#size -= left.length;
    return left;
  }

  #listOf({ kind, name, at }: ReadRequest): CallList {
    if (at === undefined) {
      const lists = kind === 'group' ? this.#groups : this.#vectors;
      return lists.get(name) ?? found(lists, name, kind, name, undefined);
    }
    const key = timedKey({ kind, name, at });
    return this.#timed.get(key) ?? found(this.#timed, key, kind, name, at);
  }
}

function timedKey({ kind, name, at }: Pick<CallList, 'kind' | 'name' | 'at'>): string {
  return `${kind} ${name} ${at}`;
}

function found(
  lists: Map<string, CallList>,
  key: string,
  kind: ReadRequest['kind'],
  name: string,
  at: number | undefined,
): CallList {
  const list: CallList = { kind, name, at, calls: [], next: 0, waits: false };
  lists.set(key, list);
  return list;
}
