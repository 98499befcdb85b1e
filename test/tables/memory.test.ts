import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../../runtime/index.ts';
import type { SourceRecord } from '../../runtime/index.ts';
import { Oracle } from '../../testing/index.ts';
import { Random } from '../support/random.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';

// What a table keeps: what a read from clock − lookback on can see, and the last version of each key. Never more for
// having been at it longer.

const SECOND = 1_000_000;
const START = Date.UTC(2024, 4, 1) * 1000;

const source = `
import { changesOf, entity, features, int, table, timestamp } from 'skewless';
import { z } from 'zod';
export const rows = table('rows', {
  schema: z.object({ id: int(), owner: int(), note: z.string().nullable(), at: timestamp() }),
  primaryKey: 'id', time: 'at',
});
const changes = changesOf(rows);
const owner = entity('owner', { owner: int() });
export const state = features('state', {
  entity: owner, lookback: '20s',
  features: { rows: rows.count(), notes: rows.last(9, r => r.note), recent: rows.count({ over: '30s' }) },
});
export const edits = features('edits', {
  entity: owner, lookback: '20s',
  features: {
    edits: changes.count({ over: '60s' }), turns: changes.changes(c => c.after?.note, { over: '30s' }),
    deleted: changes.last(3, c => c.before?.note, { over: '60s', where: c => c.op === 'd' }),
  },
});
`;
/** Rows alone, of which nothing is looked at but what is young. */
const young = source
  .replace(/export const edits[^]*$/, '')
  .replace(/rows: rows.count\(\), notes: [^}]*?, recent/, 'recent');

let whole: TemporaryProject;
let recent: TemporaryProject;
beforeAll(async () => {
  whole = await temporaryProject({ 'all.ts': source });
  recent = await temporaryProject({ 'all.ts': young });
});
afterAll(() => {
  whole.remove();
  recent.remove();
});

interface Place {
  readonly topic?: number;
  readonly epoch?: number;
  readonly partition: number;
}

/** Changes of a few rows, some of them redelivered, deleted, or moved to another owner. */
function* changelog(random: Random, placeAt: (i: number) => Place): Generator<SourceRecord> {
  const offsets = new Map<string, number>();
  for (let i = 0; ; i += 1) {
    const now = START + i * (SECOND / 4);
    const place = placeAt(i);
    const name = Object.values(place).join('/');
    const offset = offsets.get(name) ?? 0;
    offsets.set(name, offset + 1);
    const again = random.chance(0.05) ? random.below(50) : 0;
    const from = { ts_us: now, ...(random.chance(0.05) ? {} : { lsn: Math.max(1, i - again) }) };
    const id = random.below(20);
    const note = random.chance(0.1) ? '__debezium_unavailable_value' : random.pick(['a', 'b', null]);
    const after = { id, owner: random.below(3), note, at: now - random.below(40) * SECOND };
    const value = random.chance(0.1)
      ? { op: 'd', before: { id }, source: from }
      : { op: 'u', before: null, after, source: from };
    yield { source: 'rows', ...place, offset, arrivedAt: now, value };
  }
}

const layouts: Readonly<Record<string, (i: number) => Place>> = {
  'one partition': () => ({ partition: 0 }),
  'an import, then the log': i => (i < 300 ? { topic: -1, partition: 0 } : { topic: 0, partition: 0 }),
  'a new epoch now and then': i => ({ epoch: Math.floor(i / 400), partition: 0 }),
};

describe.each(Object.keys(layouts))('a table of %s', layout => {
  test('keeps no more after 6,000 changes than after 1,200, and answers as the oracle does', () => {
    const { stream, declarations } = whole.program;
    let engine = new Engine(stream);
    const records: SourceRecord[] = [];
    const sizes: number[] = [];
    const random = new Random(77);
    for (const record of changelog(random, layouts[layout]!)) {
      engine.ingest(record);
      records.push(record);
      if (records.length % 10 === 0) engine.tick(record.arrivedAt);
      if (records.length % 1200 === 0) {
        const t = record.arrivedAt - random.below(20) * SECOND;
        const oracle = new Oracle(records, declarations);
        for (const group of declarations) {
          if (group.kind !== 'features') continue;
          for (const key of [0, 1, 2]) {
            const got = engine.readGroup(group.name, { owner: key }, t);
            expect(got, `${group.name} of ${key}`).toEqual(oracle.readGroup(group, { owner: key }, t));
          }
        }
        sizes.push(engine.memory());
        // What is forgotten is not missed after a restart either.
        engine = Engine.restore(stream, engine.save());
      }
      if (records.length === 6000) break;
    }
    expect(Math.max(...sizes)).toBeLessThan(sizes[0]! * 1.3);
  });
});

test('rows that no window sees any more leave the feed, and their keys the group', () => {
  const engine = new Engine(recent.program.stream);
  for (let id = 0; id < 2000; id += 1) {
    const now = START + id * SECOND;
    const after = { id, owner: id, note: null, at: now };
    engine.ingest({
      source: 'rows',
      partition: 0,
      offset: id,
      arrivedAt: now,
      value: { op: 'c', after, source: { ts_us: now, lsn: id } },
    });
    engine.tick(now);
  }
  const end = START + 2000 * SECOND;
  for (let i = 0; i < 40; i += 1) engine.tick(end + i);
  expect(engine.size().keys).toBeLessThan(60);
  expect(engine.readGroup('state', { owner: 1999 }, end)).toEqual({ recent: 1 });
  // The row is still known: an update that brings it back into the window counts.
  const after = { id: 5, owner: 5, note: '__debezium_unavailable_value', at: end };
  const value = { op: 'u', after, source: { ts_us: end, lsn: 5000 } };
  engine.ingest({ source: 'rows', partition: 0, offset: 2000, arrivedAt: end, value });
  expect(engine.readGroup('state', { owner: 5 }, end)).toEqual({ recent: 1 });
});

test('a column that was unavailable when the versions before were forgotten keeps its value', () => {
  const { stream } = recent.program;
  let engine = new Engine(stream);
  const later = START + 1000 * SECOND;
  const change = (offset: number, at: unknown): void => {
    const now = START + offset * SECOND;
    const value = {
      op: 'u',
      after: { id: 1, owner: 1, note: null, at },
      source: { ts_us: now, lsn: offset + 1 },
    };
    engine.ingest({ source: 'rows', partition: 0, offset, arrivedAt: now, value });
  };
  change(0, later);
  change(1, '__debezium_unavailable_value');
  for (let i = 0; i < 30; i += 1) engine.tick(START + 500 * SECOND + i);
  engine = Engine.restore(stream, engine.save());
  expect(engine.readGroup('state', { owner: 1 }, later)).toEqual({ recent: 1 });
});

test('`changes` compares with the change before, however long ago that was', () => {
  let engine = new Engine(whole.program.stream);
  const second = (n: number): number => START + n * SECOND;
  const change = (offset: number, at: number, note: string | null): void => {
    const value = {
      op: 'u',
      after: { id: 1, owner: 1, note, at: START },
      source: { ts_us: second(at), lsn: offset + 1 },
    };
    engine.ingest({ source: 'rows', partition: 0, offset, arrivedAt: second(at), value });
  };
  const idle = (from: number): void => {
    for (let i = 0; i < 30; i += 1) engine.tick(second(from) + i);
  };
  change(0, 0, 'a');
  change(1, 1, null);
  idle(500);
  engine = Engine.restore(whole.program.stream, engine.save());
  idle(600);
  change(2, 1000, '__debezium_unavailable_value');
  change(3, 1001, 'b');
  expect(engine.readGroup('edits', { owner: 1 }, second(1001))).toMatchObject({ edits: 2, turns: 1 });
});

test('what was deleted long ago is still told from a redelivery', () => {
  const engine = new Engine(whole.program.stream);
  const ingest = (offset: number, lsn: number, value: object): void => {
    const now = START + offset * SECOND;
    const from = { ts_us: now, lsn };
    engine.ingest({
      source: 'rows',
      partition: 0,
      offset,
      arrivedAt: now,
      value: { ...value, source: from },
    });
  };
  const after = { id: 1, owner: 1, note: 'a', at: START };
  ingest(0, 10, { op: 'c', after });
  ingest(1, 11, { op: 'd', before: { id: 1 } });
  for (let i = 0; i < 50; i += 1) engine.tick(START + (100 + i) * SECOND);
  ingest(200, 10, { op: 'c', after });
  expect(engine.readGroup('state', { owner: 1 }, START + 300 * SECOND)).toMatchObject({ rows: 0 });
  ingest(201, 12, { op: 'c', after });
  expect(engine.readGroup('state', { owner: 1 }, START + 300 * SECOND)).toMatchObject({ rows: 1 });
});
