// Row state and changes of a table, against the oracle's own reading of a changelog at random.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../dsl/index.ts';
import type { Expr } from '../../generator/ir/index.ts';
import type { ChangeRecord, Known, SpineRow } from '../../runtime/history/index.ts';
import { changeEvents, rowAt, versionsOf } from '../../testing/table-rows.ts';
import type { LoggedChange } from '../../testing/table-log.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import {
  aggregate,
  boolean,
  col,
  column,
  days,
  double,
  group,
  hours,
  int,
  lit,
  over,
  programOf,
  seconds,
  table,
  text,
  timestamp,
  windowOf,
} from './plans.ts';

const columns = [
  column('id', int),
  column('owner', text),
  column('balance', int, true),
  column('opened', timestamp, true),
];
const accounts = table('accounts', columns, { time: 'opened' });

const image = (side: 'before' | 'after', name: string, type: typeof int): Expr => ({
  kind: 'column',
  path: [side, name],
  type,
  nullable: true,
});
const ownerOfChange: Expr = {
  kind: 'coalesce',
  value: image('after', 'owner', text),
  otherwise: image('before', 'owner', text),
  type: text,
  nullable: true,
};
const isDeletion: Expr = {
  kind: 'compare',
  operator: '===',
  left: col('op', text),
  right: lit('d', text),
  type: boolean,
  nullable: false,
};
const list = { kind: 'list', of: int } as const;

const plan = programOf({
  sources: [accounts, { ...accounts, kind: 'changes', name: 'accounts_changes', table: 'accounts' }],
  groups: [
    group(
      'owners',
      [{ name: 'owner', type: text }],
      [{ source: 'accounts', keys: [col('owner', text)], inputs: [col('balance', int, true)], filters: [] }],
      [
        aggregate('rows', { kind: 'count' }, int),
        aggregate('young', { kind: 'count' }, int, { window: over(days(2)) }),
        aggregate('sum', { kind: 'sum' }, double, { input: 0 }),
        aggregate('last', { kind: 'lastN', n: 3 }, list, { input: 0 }),
        aggregate('changes', { kind: 'changes' }, int, { input: 0, window: over(days(2)) }),
      ],
    ),
    group(
      'account',
      [{ name: 'id', type: int }],
      [{ source: 'accounts', keys: [col('id', int)], inputs: [col('balance', int, true)], filters: [] }],
      [aggregate('balance', { kind: 'latest' }, int, { input: 0 })],
    ),
    group(
      'owner_changes',
      [{ name: 'owner', type: text }],
      [
        {
          source: 'accounts_changes',
          keys: [ownerOfChange],
          inputs: [image('before', 'balance', int), image('after', 'balance', int)],
          filters: [isDeletion],
        },
      ],
      [
        aggregate('events', { kind: 'count' }, int, { window: over(days(3)) }),
        aggregate('deletions', { kind: 'count' }, int, { filter: 0 }),
        aggregate('before', { kind: 'lastN', n: 4 }, list, { input: 0 }),
        aggregate('after', { kind: 'lastN', n: 4 }, list, {
          input: 1,
          window: windowOf({ delay: hours(1) }),
        }),
      ],
    ),
  ],
});

function randomIntegers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const start = Date.UTC(2026, 2, 1) * 1000;

/** A changelog; `scattered`: versions of a row on any partition, in any order of arrival, and truncates between. */
function changelog(seed: number, scattered: boolean): ChangeRecord[] {
  const random = randomIntegers(seed);
  const records: ChangeRecord[] = [];
  for (const partition of [0, 1]) {
    let clock = start;
    for (let offset = 0; offset < 60; offset += 1) {
      clock += seconds(random(9000));
      const op = scattered && random(15) === 0 ? 't' : (['c', 'u', 'u', 'd'] as const)[random(4)]!;
      const id = scattered ? random(4) : random(4) * 2 + partition;
      const unavailable = op === 'u' && random(3) === 0 ? ['owner', 'balance'].slice(random(2)) : [];
      const brought = {
        owner: ['x', 'y'][random(2)]!,
        balance: random(4) === 0 ? null : random(5),
        opened: random(4) === 0 ? null : clock - seconds(random(200_000)),
      };
      const row = { id, ...brought, ...Object.fromEntries(unavailable.map(name => [name, null])) };
      records.push({
        kind: 'change',
        source: 'accounts',
        topic: 0,
        epoch: 0,
        partition,
        offset,
        arrivedAt: clock,
        op,
        lsn: random(6) === 0 ? null : BigInt(offset * 2 - random(6)),
        commitTime: clock - seconds(random(8000)),
        row: op === 't' ? null : op === 'd' ? { id } : row,
        unavailable,
      });
    }
  }
  return records;
}

const definition = {
  kind: 'table',
  name: 'accounts',
  primaryKey: ['id'],
  time: 'opened',
} as unknown as TableDefinition;

function logged(record: ChangeRecord, index: number): LoggedChange {
  const {
    op,
    row,
    lsn,
    commitTime,
    unavailable = [],
    source,
    arrivedAt,
    topic,
    epoch,
    partition,
    offset,
  } = record;
  const key = op === 't' ? [] : [row!['id']];
  return {
    index,
    source,
    position: [topic, epoch, partition, offset],
    arrivedAt,
    op,
    key,
    after: op === 'c' || op === 'u' ? row : null,
    unavailable,
    commitTime,
    lsn,
  };
}

interface Expected {
  readonly owners: object;
  readonly changes: object;
  readonly balance: unknown;
}

function expected(
  log: readonly LoggedChange[],
  t: number,
  owner: string,
  id: number,
  before: boolean,
): Expected {
  const truncates = log.filter(({ op }) => op === 't');
  const to = before ? t - 1 : t;
  const ids = [0, 1, 2, 3, 4, 5, 6, 7];
  const versions = new Map(
    ids.map(key => [
      key,
      versionsOf(
        log.filter(change => change.key[0] === key),
        truncates,
      ),
    ]),
  );
  const state = ids
    .flatMap(key => rowAt(definition, versions.get(key)!, truncates, to) ?? [])
    .filter(({ value }) => value['owner'] === owner)
    .sort((a, b) => (a.time ?? -Infinity) - (b.time ?? -Infinity) || Number(a.key[0]) - Number(b.key[0]) || 0)
    .filter(({ time }) => time === null || time <= to);
  const events = ids
    .flatMap(key => changeEvents(versions.get(key)!, truncates))
    .filter(
      ({ value }) =>
        (((value['after'] ?? value['before']) as { owner?: unknown } | null)?.owner ??
          (value['before'] as { owner?: unknown } | null)?.owner) === owner,
    )
    .sort(
      (a, b) =>
        a.time! - b.time! ||
        a.position[2] - b.position[2] ||
        a.position[3] - b.position[3] ||
        Number(a.key[0]) - Number(b.key[0]),
    );
  const balances = (rows: readonly unknown[]): number[] =>
    rows.flatMap(row => (row as { balance?: number | null } | null)?.balance ?? []);
  const inState = balances(state.map(({ value }) => value));
  const young = state.filter(({ time }) => time !== null && time > t - days(2));
  const chain = state.filter(({ time, value }) => time !== null && value['balance'] !== null);
  const seen = (until: number) => events.filter(({ time }) => time! <= until);
  return {
    owners: {
      rows: state.length,
      young: young.length,
      sum: inState.length === 0 ? null : inState.reduce((x, y) => x + y),
      last: inState.slice(-3).reverse(),
      changes: young.filter(row => {
        const place = chain.indexOf(row);
        return place > 0 && chain[place - 1]!.value['balance'] !== row.value['balance'];
      }).length,
    },
    changes: {
      events: seen(to).filter(({ time }) => time! > t - days(3)).length,
      deletions: seen(to).filter(({ value }) => value['op'] === 'd').length,
      before: balances(seen(to).map(({ value }) => value['before']))
        .slice(-4)
        .reverse(),
      after: balances(seen(to - hours(1)).map(({ value }) => value['after']))
        .slice(-4)
        .reverse(),
    },
    balance: (rowAt(definition, versions.get(id)!, truncates, to)?.value['balance'] ?? null) as unknown,
  };
}

const frontier: Known = {
  kind: 'frontier',
  positions: [
    { source: 'accounts', topic: 0, epoch: 0, partition: 0, nextOffset: 40 },
    { source: 'accounts', topic: 0, epoch: 0, partition: 1, nextOffset: 25 },
  ],
};
const knowledge: readonly (readonly [string, Known, (change: LoggedChange, t: number) => boolean])[] = [
  ['arrival', { kind: 'arrival' }, ({ arrivedAt }, t) => arrivedAt <= t],
  ['hindsight', { kind: 'hindsight' }, () => true],
  ['a frontier', frontier, ({ position }) => position[3] < (position[2] === 0 ? 40 : 25)],
];

describe.each([
  ['one partition a row', 3, false],
  ['rows scattered over partitions', 4, true],
])('a table, %s (seed %i)', (_, seed, scattered) => {
  let history: History;
  const records = changelog(seed, scattered);
  const random = randomIntegers(seed + 1);
  const spine = Array.from({ length: 50 }, (): SpineRow & { owner: string; id: number } => {
    const owner = ['x', 'y', 'z'][random(3)]!;
    const id = random(8);
    return {
      t: random(3) === 0 ? records[random(records.length)]!.commitTime : start + seconds(random(300_000)),
      request: {},
      owner,
      id,
    };
  });
  beforeAll(async () => {
    history = await historyOf(plan);
    await history.append(records);
  });
  afterAll(async () => {
    await history.end();
  });

  for (const [name, known, isKnown] of knowledge) {
    it.each([false, true])(`known by ${name}; right before: %s`, async before => {
      const read = async (of: string, key: 'owner' | 'id') =>
        await history.read({
          read: { group: of },
          spine: spine.map(row => ({ t: row.t, request: { [key]: row[key] } })),
          known,
          before,
          allowHistoryBehind: true,
        });
      const [owners, changes, account] = [
        await read('owners', 'owner'),
        await read('owner_changes', 'owner'),
        await read('account', 'id'),
      ];
      spine.forEach(({ t, owner, id }, index) => {
        const log = records.map(logged).filter(change => isKnown(change, t));
        const found = { owners: owners[index], changes: changes[index], balance: account[index]!['balance'] };
        expect({ index, t, ...found }).toEqual({ index, t, ...expected(log, t, owner, id, before) });
      });
    });
  }
});
