import { expect } from 'vitest';
import type { Value } from '../../testing/index.ts';
import { Engine } from '../../runtime/index.ts';
import { jsonText } from '../support/history/wire-text.ts';
import { Random } from '../support/random.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { evaluate } from '../support/three-ways/evaluate.ts';
import type { Outcome } from '../support/three-ways/evaluate.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';

export const SECOND = 1_000_000;
export const START = Date.UTC(2024, 4, 1) * 1000;
export const UNAVAILABLE = '__debezium_unavailable_value';

/** A table with a column of every type, and what it comes to: its row by key, its rows, its changes. */
const source = `
import { bigint, changesOf, decimal, entity, features, int, table, timestamp, uuid } from 'skewless';
import { z } from 'zod';
export const items = table('items', {
  schema: z.object({
    id: int(), part: z.string(), whole: int().nullable(), wide: bigint().nullable(), price: decimal(12, 3).nullable(),
    ratio: z.number().nullable(), note: z.string().nullable(), kind: z.enum(['new', 'old']).nullable(),
    uid: uuid().nullable(), flag: z.boolean().nullable(), at: timestamp().nullable(),
    seen: timestamp({ unit: 'ms' }).nullable(),
  }),
  primaryKey: ['id', 'part'],
});
const changes = changesOf(items);
export const item = features('item', {
  entity: entity('item', { id: int(), part: z.string() }),
  features: {
    whole: items.latest(i => i.whole), wide: items.latest(i => i.wide), price: items.latest(i => i.price),
    ratio: items.latest(i => i.ratio), note: items.latest(i => i.note), kind: items.latest(i => i.kind),
    uid: items.latest(i => i.uid), flag: items.latest(i => i.flag), at: items.latest(i => i.at),
    seen: items.latest(i => i.seen), rows: items.count(), ops: changes.last(20, c => c.op),
    notes: changes.last(20, c => c.after?.note), before: changes.last(20, c => c.before?.note),
  },
});
`;

export interface Key {
  readonly id: number;
  readonly part: string;
}

export type Item = Readonly<Record<string, Value>>;

/** A message of the changelog: the value alone, or with the message's key. */
export interface Message {
  readonly value: unknown;
  readonly key?: unknown;
  readonly partition?: number;
  readonly epoch?: number;
}

export class Items {
  private constructor(
    readonly project: TemporaryProject,
    readonly database: ProgramDatabase,
  ) {}

  static async create(): Promise<Items> {
    const project = await temporaryProject({ 'items.ts': source });
    return new Items(project, await databaseFor(project.program.sql));
  }

  async end(): Promise<void> {
    await this.database.end();
    this.project.remove();
  }

  /** What items are after these messages, a day after the last: as stream, SQL in every shape and oracle agree. */
  async readAll(messages: readonly Message[], keys: readonly Key[]): Promise<readonly Item[]> {
    const { expected } = await this.#evaluate(messages, keys);
    return expected;
  }

  async read(messages: readonly Message[], key: Key = { id: 1, part: 'a' }): Promise<Item> {
    const [item] = await this.readAll(messages, [key]);
    return item!;
  }

  /** What the item is right before an instant, and at it. */
  async readBefore(
    messages: readonly Message[],
    t: number,
  ): Promise<{ readonly before: Item; readonly at: Item }> {
    const key = { id: 1, part: 'a' };
    const { expected } = await this.#evaluate(messages, [key, key], t);
    return { before: expected[0]!, at: expected[1]! };
  }

  /** How often each verdict is given, by all sides. */
  async verdicts(messages: readonly Message[]): Promise<Record<string, number>> {
    const { verdicts } = await this.#evaluate(messages, [{ id: 1, part: 'a' }]);
    return Object.fromEntries(verdicts);
  }

  /** The reasons for which the engine refuses a message. */
  refusal(message: Message): string {
    const verdict = new Engine(this.project.program.stream).ingest(logged(message, 0));
    return verdict.kind === 'refused' ? `${verdict.reason}: ${verdict.message}` : verdict.kind;
  }

  /** @param at where it is given, the first read is of right before it */
  async #evaluate(
    messages: readonly Message[],
    keys: readonly Key[],
    at: number | null = null,
  ): Promise<Outcome> {
    const order = messages.map(logged);
    const t = at ?? START + 86_400 * SECOND;
    const reads = keys.map((request, i) => {
      const before = at !== null && i === 0;
      return { kind: 'group', name: 'item', request: { ...request }, t, knownAt: t, before } as const;
    });
    const outcome = await evaluate(
      this.project.program,
      { knowledge: 'hindsight', order, steps: [{ consumed: order.length, reads }] },
      { database: this.database, shapes: ['lateral', 'auto'], random: new Random(1) },
    );
    expect(outcome.differences).toEqual([]);
    expect(outcome.verdictDifferences).toEqual([]);
    return outcome;
  }
}

/** As bytes: so no digit is lost. */
function logged({ value, key, partition = 0, epoch = 0 }: Message, offset: number): LoggedRecord {
  const arrivedAt = START + offset * SECOND;
  const place = { source: 'items', partition, epoch, offset, arrivedAt, effectiveArrival: arrivedAt };
  return { ...place, value: bytes(value), ...(key === undefined ? {} : { key: bytes(key) }) };
}

function bytes(value: unknown): unknown {
  return value === null || value instanceof Uint8Array ? value : new Uint8Array(Buffer.from(jsonText(value)));
}

let lsn = 1000;

/** What a PostgreSQL connector says of a change, with an LSN above all before it. */
export function postgres(more: object = {}): object {
  lsn += 8;
  return {
    connector: 'postgresql',
    schema: 'public',
    table: 'items',
    ts_ms: START / 1000,
    ts_us: START,
    lsn,
    ...more,
  };
}

/** A created row; `cells` beside its key. */
export function created(cells: object, more: object = {}): Message {
  return {
    value: { before: null, after: { id: 1, part: 'a', ...cells }, source: postgres(), op: 'c', ...more },
  };
}

export interface FieldSchema {
  readonly type?: string;
  readonly name?: string;
  readonly parameters?: object;
}

/** The same with its schema beside it: of the columns named, in both images. */
export function withSchema({ value, key }: Message, columns: Readonly<Record<string, FieldSchema>>): Message {
  const fields = Object.entries(columns).map(([field, schema]) => ({
    type: 'int64',
    optional: true,
    ...schema,
    field,
  }));
  const image = (field: string): object => ({
    type: 'struct',
    fields,
    optional: true,
    name: 's.Value',
    field,
  });
  const schema = {
    type: 'struct',
    fields: [image('before'), image('after')],
    optional: false,
    name: 's.Envelope',
  };
  return { value: { schema, payload: value }, ...(key === undefined ? {} : { key }) };
}
