import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  historyFrontier,
  HistoryBehind,
  installSchema,
  trainingSetNotes,
  BadSpineRow,
} from '../../runtime/history/index.ts';
import type { EventRecord, HistoryRecord, RefusedRecord } from '../../runtime/history/index.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import {
  aggregate,
  bigint,
  boolean,
  col,
  column,
  decimal,
  double,
  group,
  hours,
  int,
  programOf,
  seconds,
  stream,
  table,
  text,
  timestamp,
} from './plans.ts';

const uuid = { kind: 'uuid' } as const;
const events = stream('events', [
  column('user_id', bigint),
  column('t', timestamp),
  column('amount', decimal(10, 2), true),
  column('x', double, true),
  column('name', text, true),
  column('ok', boolean, true),
  column('token', uuid, true),
]);
const last = (name: string, input: number, type: typeof int) =>
  aggregate(name, { kind: 'last' }, type, { input });
const plan = programOf({
  sources: [events, table('items', [column('id', int)])],
  groups: [
    group(
      'stock',
      [{ name: 'id', type: int }],
      [{ source: 'items', keys: [col('id', int)], inputs: [], filters: [] }],
      [aggregate('n', { kind: 'count' }, int)],
    ),
    group(
      'users',
      [{ name: 'user_id', type: bigint }],
      [
        {
          source: 'events',
          keys: [col('user_id', bigint)],
          inputs: [
            col('amount', decimal(10, 2), true),
            col('x', double, true),
            col('name', text, true),
            col('ok', boolean, true),
            col('token', uuid, true),
            col('t', timestamp),
          ],
          filters: [],
        },
      ],
      [
        aggregate('n', { kind: 'count' }, int),
        last('amount', 0, decimal(10, 2)),
        last('x', 1, double),
        last('name', 2, text),
        last('ok', 3, boolean),
        last('token', 4, uuid),
        last('t', 5, timestamp),
      ],
    ),
  ],
});

const t0 = Date.UTC(2026, 0, 1) * 1000 + 123_457;
const user = 9_007_199_254_740_993n;
const token = '0f8fad5b-d9cb-469f-a165-70867728950e';
const event = (offset: number, arrivedAt: number, partition = 0): EventRecord => ({
  kind: 'event',
  source: 'events',
  topic: 0,
  epoch: 0,
  partition,
  offset,
  arrivedAt,
  row: { user_id: user, t: t0, amount: 1234.5, x: 0.1 + 0.2, name: `it's "é" \\ 𝒳, {}`, ok: false, token },
});
const refused: RefusedRecord = {
  kind: 'refused',
  source: 'events',
  topic: 0,
  epoch: 0,
  partition: 0,
  offset: 1,
  arrivedAt: t0 + seconds(9),
  reason: 'not-json',
  column: null,
  message: 'no JSON',
  bytes: new Uint8Array([123, 255]),
};
const spine = (t: number, knownAt?: number) => [
  { t, ...(knownAt === undefined ? {} : { knownAt }), request: { user_id: user } },
];

describe('the history', () => {
  let history: History;
  beforeAll(async () => {
    history = await historyOf(plan);
  });
  afterAll(async () => {
    await history.end();
  });
  beforeEach(async () => {
    await sql
      .raw('truncate "history"."events", "history"."refused", "history"."frontier"')
      .execute(history.db);
  });

  it('is installed over itself', async () => {
    await installSchema(history.db, history.program);
  });

  it('keeps every value as it is', async () => {
    await history.append([event(0, t0)]);
    const [row] = await history.read({
      read: { group: 'users' },
      spine: spine(t0),
      known: { kind: 'hindsight' },
    });
    expect(row).toEqual({
      n: 1,
      amount: 1234.5,
      x: 0.1 + 0.2,
      name: `it's "é" \\ 𝒳, {}`,
      ok: false,
      token,
      t: t0,
    });
  });

  it('takes a batch again without counting it twice, and lets no arrival run backwards', async () => {
    const batch: HistoryRecord[] = [event(0, t0), refused, event(2, t0 + seconds(3))];
    expect(await history.append(batch)).toMatchObject({ stored: 2, refused: 1, known: 0, early: [] });
    expect(await history.append([...batch, event(3, t0 + seconds(4))])).toMatchObject({
      stored: 1,
      refused: 0,
      known: 3,
    });
    expect(await historyFrontier(history.db)).toEqual([
      {
        source: 'events',
        topic: 0,
        epoch: 0,
        partition: 0,
        nextOffset: 4,
        arrivedAt: t0 + seconds(9),
        completeUntil: t0 + seconds(9),
      },
    ]);
    const { rows } = await sql`select reason, bytes from "history"."refused"`.execute(history.db);
    expect(rows).toEqual([{ reason: 'not-json', bytes: Buffer.from([123, 255]) }]);
    const [row] = await history.read({
      read: { group: 'users' },
      spine: spine(t0 + seconds(20), t0 + seconds(8)),
      known: { kind: 'arrival' },
    });
    expect(row).toMatchObject({ n: 1 });
  });

  it('never answers from a hole', async () => {
    const read = async (t: number) =>
      await history.read({ read: { group: 'users' }, spine: spine(t), known: { kind: 'arrival' } });
    await expect(read(t0)).rejects.toThrow(HistoryBehind);
    await history.append([event(0, t0), event(0, t0 + hours(2), 1)]);
    await expect(read(t0 + hours(1))).rejects.toThrow(
      'events, topic 0, epoch 0, partition 0: needs all arrivals up to 2026-01-01T01:00:00.123457Z, has those before 2026-01-01T00:00:00.123457Z',
    );
    await expect(
      history.read({
        read: { group: 'users' },
        spine: spine(t0),
        known: {
          kind: 'frontier',
          positions: [{ source: 'events', topic: 0, epoch: 0, partition: 1, nextOffset: 2 }],
        },
      }),
    ).rejects.toThrow('needs offsets below 2, has those below 1');
    expect(
      await history.read({
        read: { group: 'users' },
        spine: spine(t0),
        known: { kind: 'arrival' },
        allowHistoryBehind: true,
      }),
    ).toHaveLength(1);
  });

  it('is complete as far as the last import goes, and by the log where one follows', async () => {
    const read = (t: number) =>
      history.read({ read: { group: 'users' }, spine: spine(t), known: { kind: 'arrival' } });
    await history.append([{ ...event(0, t0), topic: -1 }]);
    await history.append([{ ...event(0, t0 + hours(2)), topic: -1, epoch: 1 }]);
    expect(await read(t0)).toMatchObject([{ n: 1 }]);
    expect(await read(t0 + hours(2))).toMatchObject([{ n: 2 }]);
    await expect(read(t0 + hours(2) + 1)).rejects.toMatchObject({ code: 'history-behind' });
    await history.append([event(0, t0 + hours(9))]);
    expect(await read(t0 + hours(8))).toMatchObject([{ n: 2 }]);
    await expect(read(t0 + hours(9))).rejects.toThrow('topic 0, epoch 0, partition 0');
  });

  it('tells what no value does: tables that are unknown at a row, arrivals that producers stamped', async () => {
    const program = {
      ...history.program,
      sources: history.program.sources.map(source => ({ ...source, arrival: 'producer' as const })),
    };
    const notes = async (read: { group: string }) =>
      await trainingSetNotes(history.db, program, { read, spine: spine(t0) });
    expect(await notes({ group: 'users' })).toEqual({
      producerArrivals: ['events'],
      beforeSnapshot: [],
      beforeHistory: [],
    });
    expect(await notes({ group: 'stock' })).toMatchObject({ beforeSnapshot: [{ table: 'items', rows: 1 }] });
    // In the month of the first arrival, and before it.
    await history.append([event(0, t0 + hours(1))]);
    expect(await notes({ group: 'users' })).toMatchObject({ beforeHistory: [] });
    const [early, inSeconds] = [Date.UTC(2025, 11, 31, 23) * 1000, 1_767_225_600];
    const rows = [...spine(t0), ...spine(early), ...spine(inSeconds)];
    expect(
      await trainingSetNotes(history.db, program, { read: { group: 'users' }, spine: rows }),
    ).toMatchObject({
      beforeHistory: [
        {
          source: 'events',
          begins: '2026-01-01T00:00:00.000000Z',
          rows: 2,
          earliest: '1970-01-01T00:29:27.225600Z',
        },
      ],
    });
  });

  it('names the row of the spine that lacks a key', async () => {
    const bad = [...spine(t0), { t: t0, request: { user_id: null } }];
    await expect(
      history.read({ read: { group: 'users' }, spine: bad, known: { kind: 'hindsight' } }),
    ).rejects.toThrow(BadSpineRow);
  });
});
