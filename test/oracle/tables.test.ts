import { changesOf, entity, features, int, table, timestamp } from 'skewless';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { given, Oracle, versions } from '../../testing/index.ts';
import type { DebeziumChange, SourceRecord } from '../../testing/index.ts';
import { second } from './readings.ts';

const accounts = table('accounts', {
  schema: z.object({
    id: int(),
    owner: int().nullable(),
    email: z.string(),
    note: z.string().nullable(),
    balance: int(),
    opened: timestamp().nullable(),
  }),
  primaryKey: 'id',
  unique: [['email']],
  time: 'opened',
});
const changes = changesOf(accounts);
const byOwner = features('by_owner', {
  entity: entity('owner', { owner: int() }),
  features: {
    accounts: accounts.count(),
    balance: accounts.sum(a => a.balance),
    recent: accounts.count({ over: '1m' }),
    delayed: accounts.count({ delay: '1s' }),
    balances: accounts.last(9, a => a.balance),
    first: accounts.first(a => a.balance),
    since: accounts.timeSince(),
    between: accounts.timeBetween(),
    slow: accounts.count({ refresh: '10s' }),
    changes: changes.count(),
    ops: changes.last(9, c => c.op),
    befores: changes.last(9, c => c.before?.balance),
  },
});
const byId = features('by_id', {
  entity: entity('account', { id: int() }),
  features: {
    balance: accounts.latest(a => a.balance, { default: -1 }),
    note: accounts.latest(a => a.note),
    changes: changes.changes(c => c.after?.balance),
  },
});
const byEmail = features('by_email', {
  entity: entity('email', { email: z.string() }),
  features: { balance: accounts.latest(a => a.balance) },
});

const row = (id: number, more: object = {}) => ({
  id,
  owner: 1,
  email: `${id}@x`,
  note: null,
  balance: id * 10,
  opened: second(0),
  ...more,
});
const put = (s: number, id: number, more: object = {}, lsn?: number) =>
  ({ op: 'u', at: second(s), row: row(id, more), ...(lsn === undefined ? {} : { lsn }) }) as const;
const gone = (s: number, id: number) => ({ op: 'd', at: second(s), row: { id } }) as const;
const owned = (s: number, ...all: Parameters<typeof versions<(typeof accounts)['shape']>>[1][]) =>
  given(versions(accounts, ...all))
    .at(second(s))
    .features(byOwner, { owner: 1 });
const one = (s: number, ...all: Parameters<typeof versions<(typeof accounts)['shape']>>[1][]) =>
  given(versions(accounts, ...all))
    .at(second(s))
    .features(byId, { id: 1 });

describe('row state', () => {
  test('an update retracts the old row and adds the new, from its commit on', () => {
    expect(owned(1, put(1, 1), put(2, 1, { balance: 7 })).balance).toBe(10);
    expect(owned(2, put(1, 1), put(2, 1, { balance: 7 })).balance).toBe(7);
  });

  test('before t, a commit at t is not seen', () => {
    const read = given(versions(accounts, put(1, 1), put(2, 1, { balance: 7 }))).at(second(2), {
      before: true,
    });
    expect(read.features(byOwner, { owner: 1 }).balance).toBe(10);
  });

  test('a deleted row is gone, and may come back', () => {
    expect(owned(2, put(1, 1), gone(2, 1))).toMatchObject({ accounts: 0, balance: null });
    expect(owned(3, put(1, 1), gone(2, 1), put(3, 1))).toMatchObject({ accounts: 1, balance: 10 });
  });

  test('a changed key column moves the row; a null one takes it from all', () => {
    expect(owned(2, put(1, 1), put(2, 1, { owner: 2 })).accounts).toBe(0);
    expect(owned(2, put(1, 1, { owner: 2 }), put(2, 1, { owner: 1 })).accounts).toBe(1);
    expect(owned(2, put(1, 1), put(2, 1, { owner: null })).accounts).toBe(0);
  });

  test('a version whose LSN is not above its predecessor’s does not exist', () => {
    expect(owned(9, put(1, 1, {}, 5), put(2, 1, { balance: 7 }, 5)).balance).toBe(10);
    expect(owned(9, put(1, 1, {}, 5), put(2, 1, { balance: 7 }, 4)).balance).toBe(10);
    expect(owned(9, put(1, 1, {}, 5), put(2, 1, { balance: 7 }), put(3, 1, { balance: 8 }, 4)).balance).toBe(
      8,
    );
  });

  test('versionTime never runs backwards: a commit time below it is raised', () => {
    expect(owned(4, put(5, 1), put(3, 1, { balance: 7 })).accounts).toBe(0);
    expect(owned(5, put(5, 1), put(3, 1, { balance: 7 })).balance).toBe(7);
  });

  test('a window uses the time column, the state is that of t', () => {
    expect(owned(60, put(1, 1)).recent).toBe(0);
    expect(owned(60, put(1, 1, { opened: second(1) })).recent).toBe(1);
    expect(owned(5, put(1, 1, { opened: second(9) }))).toMatchObject({ accounts: 0, recent: 0 });
  });

  test('rows without time: in lifetime features without delay, first in order, not in elapsed times', () => {
    const rows = [
      put(1, 1, { opened: null }),
      put(1, 2, { opened: second(1) }),
      put(1, 3, { opened: second(1) }),
    ];
    expect(owned(9, ...rows)).toMatchObject({
      accounts: 3,
      delayed: 2,
      recent: 2,
      balances: [30, 20, 10],
      first: 10,
      since: 8,
      between: 0,
    });
    expect(owned(9, rows[0]!)).toMatchObject({ accounts: 1, since: null });
  });

  test('rows of one time stand in order of primary key, not of arrival', () => {
    expect(owned(9, put(1, 3), put(2, 1), put(3, 2)).balances).toStrictEqual([30, 20, 10]);
  });

  test('with refresh the state is that of t′', () => {
    expect(owned(19, put(11, 1)).slow).toBe(0);
    expect(owned(20, put(11, 1)).slow).toBe(1);
  });
});

describe('truncate', () => {
  const truncate = { op: 't', at: second(5), lsn: 50 } as const;

  test('removes every row at its commit time, and no version after it', () => {
    expect(owned(4, put(1, 1), put(2, 2), truncate).accounts).toBe(2);
    expect(owned(5, put(1, 1), put(2, 2), truncate).accounts).toBe(0);
    expect(owned(5, put(1, 1), truncate, put(5, 2)).accounts).toBe(1);
  });

  test('is a deletion of each row among the changes, in order of primary key', () => {
    const { changes, ops, befores } = owned(9, put(1, 2), put(2, 1), gone(3, 1), truncate, put(6, 2));
    expect({ changes, ops, befores }).toEqual({
      changes: 5,
      ops: ['u', 'd', 'd', 'u', 'u'],
      befores: [20, 10],
    });
    const both = owned(9, put(1, 2), put(2, 1), truncate);
    expect(both.befores).toEqual([20, 10]); // newest first: of one instant and position, the greater key
  });

  test('reaches other partitions by commit time, and by LSN where the times are equal', () => {
    const at = (s: number): number => Date.parse(second(s)) * 1000;
    const record = (partition: number, s: number, lsn: number, value: object): SourceRecord => {
      return {
        source: 'accounts',
        partition,
        offset: lsn,
        arrivedAt: at(s),
        value: { ...value, source: { ts_us: at(s), lsn } },
      };
    };
    const oracle = new Oracle(
      [
        record(1, 5, 49, { op: 'c', after: row(1) }),
        record(1, 5, 51, { op: 'c', after: row(2) }),
        record(1, 4, 52, { op: 'c', after: row(3) }),
        record(0, 5, 50, { op: 't' }),
      ],
      [byOwner],
    );
    expect(oracle.readGroup(byOwner, { owner: 1 }, at(9))['balances']).toEqual([20]);
  });
});

describe('changes as events', () => {
  test('before is the row of the version before, whatever the message says', () => {
    const wrong: DebeziumChange = {
      op: 'u',
      before: row(1, { balance: 999 }),
      after: row(1, { balance: 7 }),
      source: { ts_ms: Date.parse(second(2)) },
    };
    expect(owned(9, put(1, 1), wrong).befores).toEqual([10]);
  });

  test('a delete belongs to the owner before; one of a row that is not there to none', () => {
    expect(owned(9, put(1, 1), gone(2, 1), gone(3, 1)).ops).toEqual(['d', 'u']);
  });

  test('a moved row is an event of its new owner', () => {
    expect(owned(9, put(1, 1, { owner: 2 }), put(2, 1), put(3, 1, { owner: 2 })).ops).toEqual(['u']);
  });

  test('changes() counts where a column differs from the version before', () => {
    expect(one(9, put(1, 1), put(2, 1), put(3, 1, { balance: 7 }), put(4, 1, { balance: 10 })).changes).toBe(
      2,
    );
  });
});

describe('latest', () => {
  test('by primary key; a default where there is no row', () => {
    expect(one(2, put(1, 1), put(2, 1, { balance: 7 })).balance).toBe(7);
    expect(one(0, put(1, 1)).balance).toBe(-1);
  });

  test('sees a row whose time is yet to come', () => {
    expect(one(2, put(1, 1, { opened: second(50) })).balance).toBe(10);
  });

  test('by a declared unique key', () => {
    const read = given(versions(accounts, put(1, 1), put(2, 2, { email: '1@x', balance: 5 }), gone(2, 1))).at(
      second(3),
    );
    expect(read.features(byEmail, { email: '1@x' }).balance).toBe(5);
    expect(read.features(byEmail, { email: '2@x' }).balance).toBe(null);
  });

  test('a column that the database did not log is that of the version before', () => {
    const unavailable = { note: '__debezium_unavailable_value' };
    expect(one(9, put(1, 1, { note: 'long' }), put(2, 1, unavailable), put(3, 1, unavailable)).note).toBe(
      'long',
    );
    expect(one(9, put(1, 1, { note: 'long' }), gone(2, 1), put(3, 1, unavailable)).note).toBe(null);
  });
});

test('a change without commit time, or without key, is refused', () => {
  expect(() => versions(accounts, { op: 'c', after: row(1) })).toThrow('accounts, row 1: no commit time');
  expect(() => versions(accounts, { op: 'd', before: {}, source: { ts_us: 1 } })).toThrow(
    'accounts, row 1, column id: ',
  );
});
