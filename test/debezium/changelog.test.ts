import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawJson } from '../support/history/wire-text.ts';
import { created, Items, postgres, SECOND, START, UNAVAILABLE, withSchema } from './support.ts';
import type { Message } from './support.ts';

// What a connector writes into a table's topic besides rows, and how its changes stand to each other.

const row = (note: string, more: object = {}): object => ({ id: 1, part: 'a', note, ...more });
const updated = (note: string, source: object = postgres(), before: unknown = null): Message => ({
  value: { before, after: row(note), source, op: 'u', ts_ms: START / 1000 },
});
const deleted = (before: unknown, key?: unknown): Message => ({
  value: { before, after: null, source: postgres(), op: 'd' },
  ...(key === undefined ? {} : { key }),
});
const tombstone: Message = { value: null, key: { id: 1, part: 'a' } };

/** A change as MySQL's connector tells its place. */
function mysql(file: string, pos: number, rowInEvent = 0, more: object = {}): object {
  const times = { ts_ms: START / 1000, ts_us: START, ts_ns: new RawJson(`${START}000`) };
  return {
    connector: 'mysql',
    server_id: 223_344,
    gtid: null,
    file,
    pos,
    row: rowInEvent,
    ...times,
    ...more,
  };
}

let items: Items;
beforeAll(async () => {
  items = await Items.create();
});
afterAll(() => items.end());

describe('what is no change of a row passes unnoticed', () => {
  const schema = { type: 'struct', fields: [] };
  const passing: Readonly<Record<string, readonly Message[]>> = {
    tombstone: [tombstone, { value: Buffer.from('null') }, { value: { schema: null, payload: null } }],
    notice: [
      { value: { op: 'm', source: postgres(), message: { prefix: 'foo', content: 'Ymfy' } } },
      { value: { schema, payload: { op: 'm', source: postgres() } } },
      { value: { ts_ms: 1_714_521_600_000 } },
      { value: { status: 'BEGIN', id: '571:53195829', ts_ms: 1, event_count: null, data_collections: null } },
      { value: { source: {}, databaseName: 'inventory', ddl: 'ALTER TABLE items', tableChanges: [] } },
    ],
  };
  test.each(Object.keys(passing))('a %s', async kind => {
    const messages = passing[kind]!;
    expect(await items.verdicts([created({ note: 'x' }), ...messages])).toEqual({
      counted: 1,
      [kind]: messages.length,
    });
    expect(await items.read([created({ note: 'x' }), ...messages])).toMatchObject({ note: 'x', ops: ['c'] });
  });

  test('and not in a stream’s place: a flattened row is refused', () => {
    expect(items.refusal({ value: row('x') })).toContain('must be Debezium’s envelope, not a flattened row');
  });
});

describe('a deletion', () => {
  const gone = { rows: 0, note: null, ops: ['d', 'c'], before: ['x'] };
  const start = created({ note: 'x' });
  const cases: Readonly<Record<string, readonly Message[]>> = {
    'with the whole row': [deleted(row('not to be trusted')), tombstone],
    'with the key alone': [deleted({ id: 1, part: 'a' })],
    'with the other columns null, as replica identity default has them': [
      deleted({ id: 1, part: 'a', note: null }),
    ],
    'with the key in the message’s key alone': [deleted(null, { id: 1, part: 'a' })],
    'with a part of the key in each': [deleted({ id: null, part: 'a' }, { id: 1, part: 'not this' })],
    'with a schema beside each': [
      withSchema(
        deleted(
          { part: 'a' },
          {
            schema: {
              type: 'struct',
              fields: [
                { field: 'id', name: 'org.apache.kafka.connect.data.Decimal', parameters: { scale: '0' } },
              ],
            },
            payload: { id: 'AQ==' },
          },
        ),
        { part: { type: 'string' } },
      ),
    ],
    'with the key as bytes': [deleted(null, Buffer.from('{"id":1,"part":"a"}'))],
  };
  test.each(Object.keys(cases))('%s', async how => {
    expect(await items.read([start, ...cases[how]!])).toMatchObject(gone);
  });

  test('without any key is refused by the first column that is missing', () => {
    expect(items.refusal(deleted(null))).toBe(
      "missing: id is missing: neither before nor the message's key has it",
    );
    expect(items.refusal(deleted({ id: 1 }, 7))).toContain('part is missing');
    expect(items.refusal(deleted('row', { id: 1, part: 'a' }))).toContain('must be a JSON object, not "row"');
  });
});

describe('the order of changes', () => {
  test('PostgreSQL: a change whose LSN is not above the one before is a redelivery', async () => {
    const first = updated('one', postgres({ lsn: 50 }));
    const second = updated('two', postgres({ lsn: '51' }));
    expect(await items.read([first, second, first, second])).toMatchObject({ notes: ['two', 'one'] });
  });

  test('without an LSN the second part of `sequence` stands for it; what is no sequence says nothing', async () => {
    const at = (note: string, sequence: unknown): Message =>
      updated(
        note,
        postgres({ lsn: null, sequence: typeof sequence === 'string' ? sequence : JSON.stringify(sequence) }),
      );
    const log = [
      at('one', ['1', '51']),
      at('again', [null, '51']),
      at('two', ['1', '52']),
      at('three', 'none'),
    ];
    expect(await items.read(log)).toMatchObject({ notes: ['three', 'two', 'one'] });
  });

  test('rows of a snapshot without an LSN are never redeliveries', async () => {
    const snapshot = (note: string): Message => ({
      value: { before: null, after: row(note), source: postgres({ lsn: null, snapshot: 'true' }), op: 'r' },
    });
    expect(await items.read([snapshot('one'), snapshot('two')])).toMatchObject({
      ops: ['r', 'r'],
      note: 'two',
    });
  });

  test('what was under way while the snapshot was taken stands below its position, and is no redelivery', async () => {
    const snapshot: Message = {
      value: {
        before: null,
        after: row('snapshot'),
        source: postgres({ lsn: 60, snapshot: 'last' }),
        op: 'r',
      },
    };
    const log = [snapshot, updated('one', postgres({ lsn: 55 })), updated('two', postgres({ lsn: 60 }))];
    expect(await items.read(log)).toMatchObject({ notes: ['two', 'one', 'snapshot'] });
  });

  test('MySQL: by file, then position, then row; also where files get more digits', async () => {
    const log = [
      updated('one', mysql('mysql-bin.999999', 500, 1)),
      updated('again', mysql('mysql-bin.999999', 500, 0)),
      updated('two', mysql('mysql-bin.999999', 500, 2)),
      updated('three', mysql('mysql-bin.1000000', 4)),
      updated('old file', mysql('mysql-bin.999999', 4_000_000_000)),
      updated(
        'four',
        mysql('mysql-bin.1000000', 4, 0, { gtid: '24bc7850-2c16-11e6-a073-0242ac110002:7', pos: 5 }),
      ),
    ];
    expect(await items.read(log)).toMatchObject({ notes: ['four', 'three', 'two', 'one'] });
  });

  test('MySQL: what another server says is not compared, whose files may be lower', async () => {
    const log = [
      {
        value: {
          before: null,
          after: row('snapshot'),
          source: mysql('mysql-bin.000009', 900, 0, { server_id: 0 }),
          op: 'r',
        },
      },
      updated('one', mysql('mysql-bin.000009', 905)),
      updated('on the replica', mysql('mysql-bin.000002', 4, 0, { server_id: 7 })),
      updated('again', mysql('mysql-bin.000002', 4, 0, { server_id: 7 })),
    ];
    expect(await items.read(log)).toMatchObject({ notes: ['on the replica', 'one', 'snapshot'] });
  });

  test('MariaDB: a file without a number is no position', async () => {
    const log = [updated('one', mysql('', 5)), updated('two', mysql('', 5))];
    expect(await items.read(log)).toMatchObject({ notes: ['two', 'one'] });
  });

  test.each([
    [postgres({ lsn: -1 }), 'source.lsn must be a whole number of 64 bits'],
    [postgres({ lsn: 1.5 }), 'source.lsn must be'],
    [postgres({ lsn: '18446744073709551616' }), 'source.lsn must be'],
    [mysql('bin.000001', -4), 'source.pos, source.row and source.server_id must be whole numbers'],
    [mysql('bin.000001', 4, 0, { row: 'x' }), 'source.pos, source.row'],
    ['source', 'source must be an object'],
  ])('a place that is none is refused: %j', (source, told) => {
    expect(items.refusal(updated('x', source as object))).toContain(`bad-envelope: ${told}`);
  });
});

describe('the commit time', () => {
  const at = (source: object | null, envelope: object = {}): Message => ({
    value: { before: null, after: { id: 1, part: 'a' }, source, op: 'c', ...envelope },
  });
  const hour = 3_600 * SECOND;
  /** Whether the row is there an hour after the start of what is told, and no µs before. */
  const commits: Readonly<Record<string, Message>> = {
    'source.ts_us': at({ ts_us: START, ts_ms: (START + hour) / 1000 }, { ts_us: START + hour }),
    'source.ts_ms': at({ ts_ms: START / 1000 }, { ts_us: START + hour }),
    'source.ts_ns': at({ ts_ns: new RawJson(`${START}999`) }, { ts_us: START + hour }),
    'the envelope’s': at({}, { ts_us: START }),
    'the envelope’s, where the database told 0': at(
      { ts_ms: 0, ts_us: 0, ts_ns: 0 },
      { ts_ms: START / 1000 },
    ),
    'the envelope’s, without a source': at(null, { ts_ms: START / 1000 }),
  };
  test.each(Object.keys(commits))('%s', async name => {
    const before = created({ note: 'before' }, { source: { ts_us: START - 1 } });
    // Of a window that ends at the start, nothing later is seen.
    const read = await items.readBefore([before, commits[name]!], START);
    expect(read).toMatchObject({ before: { ops: ['c'] }, at: { ops: ['c', 'c'] } });
  });

  test('none, or one that is no number, is refused', () => {
    expect(items.refusal(at({}))).toContain('there is no commit time');
    expect(items.refusal(at({ ts_us: 0, ts_ms: 0 }, { ts_us: 0 }))).toContain('there is no commit time');
    expect(items.refusal(at({ ts_us: '1' }))).toContain('ts_us, ts_ns and ts_ms must be whole numbers');
    expect(items.refusal(at({ ts_ns: 1.5 }))).toContain('must be whole numbers');
    expect(items.refusal(at({ ts_us: 8_900_000_000_000_000 }))).toContain('there is no commit time');
  });
});

test('a column that is unavailable keeps its value, in whatever form the others come', async () => {
  const log = [
    withSchema(created({ note: 'long', price: 'MNQ=', flag: 1 }), {
      price: { name: 'org.apache.kafka.connect.data.Decimal', parameters: { scale: '3' } },
    }),
    updated('x', postgres(), { id: 1 }),
    { value: { before: null, after: row(UNAVAILABLE, { price: UNAVAILABLE }), source: postgres(), op: 'u' } },
  ];
  expect(await items.read([log[0]!, log[2]!])).toMatchObject({ note: 'long', price: 12.5, flag: null });
  expect(await items.read(log)).toMatchObject({ note: 'x', price: null });
});

test('a truncate, with a schema beside it, empties the table', async () => {
  const truncate = withSchema(
    { value: { source: postgres({ ts_us: START + SECOND }), op: 't', ts_ms: 1 } },
    {},
  );
  expect(await items.read([created({ note: 'x' }), truncate])).toMatchObject({ rows: 0, ops: ['d', 'c'] });
});

test('a new epoch goes on with the same rows', async () => {
  const first = created({ note: 'x' });
  const again: Message = { ...created({ note: 'y' }), epoch: 1 };
  expect(await items.read([first, again])).toMatchObject({ note: 'y', notes: ['y', 'x'] });
});
