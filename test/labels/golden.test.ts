import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { int, label, labels, entity, stream, timestamp } from 'skewless';
import { events, given } from 'skewless/testing';
import { z } from 'zod';
import { appendHistory, historyDecoder, trainingSet } from '../../runtime/history/index.ts';
import type { Known } from '../../runtime/history/index.ts';
import { arriving } from '../../testing/index.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { batchesOf, openRun, rowsOf } from '../training-run/support/run.ts';
import { labelProject } from './support/declarations.ts';

// By hand. Events of user 1 around t = 2024-05-01T12:00:00Z, to the µs.

const t = Date.parse('2024-05-01T12:00:00Z') * 1000;
const hour = 3_600_000_000;

describe('a label in a test of the author’s', () => {
  const clicks = stream('clicks', {
    schema: z.object({ user_id: int(), n: int(), at: timestamp({ unit: 'us' }) }),
    eventTime: 'at',
    lateness: '1h',
  });
  const outcome = labels('outcome', {
    entity: entity('user', { user_id: int() }),
    labels: {
      first: label(clicks.first(c => c.n, { ahead: '1h' })),
      last: label(clicks.last(c => c.n, { ahead: '1h' })),
      closed: label(clicks.distinct(c => c.n, { ahead: '1h', bounds: '[]' })),
      count: label(clicks.count({ ahead: '1h' })),
      sum: label(clicks.sum(c => c.n, { ahead: '1h', default: 0 })),
    },
  });
  const click = (
    n: number,
    at: number,
  ): { readonly user_id: 1; readonly n: number; readonly at: number } => ({
    ...{ user_id: 1, n, at },
  });
  const all = given(
    events(
      clicks,
      ...[click(1, t), click(2, t + 1), click(3, t + hour), click(4, t + hour + 1)],
      arriving(new Date((t + 2 * hour) / 1000), click(5, t + hour)),
      arriving(t + 2 * hour + 60_000_001, click(6, t + hour + 60_000_000)),
      arriving(t + 3 * hour, click(7, t + 2)),
    ),
  );

  it('sees (t, t + W], what arrives later too, and nothing that is late', () => {
    expect(all.at(t).labels(outcome, { user_id: 1 })).toEqual({
      ...{ first: 2, last: 5, closed: [1, 2, 3, 5], count: 3, sum: 10 },
    });
    expect(all.at(t, { knownAt: t - hour }).labels(outcome, { user_id: 1 }).count).toBe(3);
  });

  it('begins at t itself where the features end before it', () => {
    expect(all.at(t, { before: true }).labels(outcome, { user_id: 1 })).toEqual({
      ...{ first: 1, last: 2, closed: [1, 2], count: 2, sum: 3 },
    });
  });

  it('is null until the last that may count has arrived, and its default is for times without events', () => {
    const incomplete = { first: null, last: null, closed: null, count: null, sum: null };
    const until = (completeUntil: number, before = false) =>
      all.at(t, { before }).labels(outcome, { user_id: 1 }, { completeUntil });
    expect(until(t + 2 * hour)).toEqual(incomplete);
    expect(until(t + 2 * hour + 1).sum).toBe(10);
    expect(until(t + 2 * hour - 1, true)).toEqual(incomplete);
    expect(until(t + 2 * hour, true).sum).toBe(3);
    expect(all.at(t).labels(outcome, { user_id: 2 })).toEqual({
      ...{ first: null, last: null, closed: [], count: 0, sum: 0 },
    });
  });
});

describe('labels in a training set', () => {
  let project: TemporaryProject;
  let database: ProgramDatabase;
  beforeAll(async () => {
    project = await labelProject();
    database = await databaseFor(project.program.sql);
  });
  afterAll(async () => {
    await database?.end();
    project?.remove();
  });

  const record = (
    source: string,
    offset: number,
    partition: number,
    at: number,
    value: object,
  ): LoggedRecord => ({
    ...{ source, partition, offset, arrivedAt: at, effectiveArrival: at },
    value: { ...value, at: new Date(at / 1000).toISOString() },
  });
  const visit = (offset: number, partition: number, at: number, kind: string, amount: number): LoggedRecord =>
    record('visits', offset, partition, at, {
      ...{ visit_id: `${partition}/${offset}`, user_id: 1, session_id: 's', kind, page: 'p', amount },
    });
  const history = [
    visit(0, 0, t, 'view', 0),
    visit(1, 0, t + hour, 'buy', 2.5),
    visit(0, 1, t + 6 * hour, 'buy', 4),
    record('refunds', 0, 0, t + hour, { user_id: 1, amount: 1 }),
  ];

  async function completeUntil(source: string, partition: number, until: number): Promise<void> {
    await sql`update "history"."frontier" set complete_until = ${new Date(until / 1000).toISOString()}::timestamptz
      where source = ${source} and partition = ${partition}`.execute(database.db);
  }

  async function labelsAt(known: Known, before = false) {
    const spine = [{ t, request: { user_id: 1, session_id: 's' } }];
    const { sql: program } = project.program;
    const [row] = await trainingSet(database.db, program, { read: { vector: 'risk' }, spine, known, before });
    return row!;
  }

  it('are null by the partition that is furthest behind, each by its own window and lateness', async () => {
    await fillHistory(database, project.program, history);
    await completeUntil('visits', 0, t + 26 * hour);
    await completeUntil('visits', 1, t + 7 * hour);
    await completeUntil('refunds', 0, t + 3 * hour + 1000);
    const known = { kind: 'hindsight' } as const;
    expect(await labelsAt(known)).toMatchObject({ visits_1d: 1, spent: null, bought: null, refunded: 1 });
    await completeUntil('visits', 1, t + 7 * hour + 1000);
    await completeUntil('refunds', 0, t + 3 * hour);
    expect(await labelsAt(known)).toMatchObject({
      spent: 6.5,
      bought: null,
      refunded: null,
      plan_changes: null,
    });
    // The window of the read before t ends a µs earlier.
    expect(await labelsAt(known, true)).toMatchObject({ visits_1d: 0, spent: 2.5, refunded: 1 });
  });

  it('see what the features may not know, and ask nothing of the history that these do not', async () => {
    await fillHistory(database, project.program, history);
    await sql`update "history"."frontier" set complete_until = 'infinity'`.execute(database.db);
    await sql`insert into "history"."frontier" (source, topic, epoch, partition, next_offset, arrived_at, complete_until)
      values ('plans', 0, 0, 0, 0, '-infinity', ${new Date((t + 1000) / 1000).toISOString()}::timestamptz)`.execute(
      database.db,
    );
    const expected = {
      visits_1d: 1,
      spent: 6.5,
      owner: 1,
      owner_spent: 6.5,
      bought: true,
      plan_changes: null,
    };
    expect(await labelsAt({ kind: 'arrival' })).toMatchObject(expected);
    const positions = [{ source: 'visits', topic: 0, epoch: 0, partition: 0, nextOffset: 1 }];
    expect(await labelsAt({ kind: 'frontier', positions })).toMatchObject(expected);
  });

  it('of a run are those of the history as it was opened', async () => {
    const { db, pool } = database;
    await fillHistory(database, project.program, history);
    await sql`update "history"."frontier" set complete_until = 'infinity'`.execute(db);
    const request = { read: { vector: 'risk' }, known: { kind: 'arrival' }, before: false } as const;
    const asked = { ...request, carried: [], hasKnownAt: false };
    const run = await openRun(pool, project.program.sql, asked, { id: 'labels_opened' });
    const later = [...history, visit(1, 1, t + 6 * hour, 'buy', 8)].map(
      historyDecoder(project.program.stream),
    );
    await appendHistory(pool, project.program.sql, later);
    await run.load(batchesOf([{ t, request: { user_id: 1, session_id: 's' }, carried: [] }]));
    await run.compute(() => undefined);
    const place = run.columns.findIndex(({ name }) => name === 'spent');
    expect((await rowsOf(run.results(0)))[0]![place]).toBe(6.5);
    await run.drop();
    await run.close();
    expect(await labelsAt({ kind: 'hindsight' })).toMatchObject({ spent: 14.5 });
  });

  it('want their keys', async () => {
    const spine = [{ t, request: { user_id: null, session_id: 's' } }];
    const { sql: program } = project.program;
    const known = { kind: 'hindsight' } as const;
    await expect(
      trainingSet(database.db, program, { read: { vector: 'risk' }, spine, known }),
    ).rejects.toThrow('row 0 of the spine: the key user_id is missing');
  });
});
