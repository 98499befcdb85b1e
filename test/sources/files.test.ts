import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { program } from '../../generated/stream/index.ts';
import { decodeRecord, Engine } from '../../runtime/index.ts';
import type { SourceRecord, StreamModule } from '../../runtime/index.ts';
import { fileSource } from '../../runtime/sources/files/index.ts';
import type { FileOptions } from '../../runtime/sources/files/index.ts';
import { LONGEST_LINE } from '../../runtime/sources/files/lines.ts';
import type { SourceHealth } from '../../runtime/sources/source.ts';

import {
  folder,
  column,
  columns,
  event,
  noon,
  written,
  options,
  batchesOf,
  recordsOf,
  asText,
  lines,
  everything,
  frontierOf,
} from './file-support.ts';

test('NDJSON: a record a line, its bytes as they stand, arrived at its event time', async () => {
  const path = written('plain.ndjson', lines(event(1), event(2)));
  const records = await recordsOf(options(path));
  expect(records.map(({ offset, arrivedAt }) => [offset, arrivedAt])).toEqual([
    [0, noon + 1],
    [1, noon + 2],
  ]);
  expect(asText(records[0]!.value)).toBe(JSON.stringify(event(1)));
});

test('blank lines are no rows, but count; a byte order mark, CRLF and a last line without an end are taken', async () => {
  const path = written(
    'odd.ndjson',
    `\ufeff${JSON.stringify(event(1))}\r\n \r\n\n${JSON.stringify(event(2))}`,
  );
  const records = await recordsOf(options(path));
  expect(records.map(({ offset }) => offset)).toEqual([0, 3]);
  expect(asText(records[0]!.value)).toBe(JSON.stringify(event(1)));
  expect(asText(records[1]!.value)).toBe(JSON.stringify(event(2)));
});

test('a malformed line is refused with its position, and the lines around it count', async () => {
  const path = written('poison.ndjson', lines(event(1), '{"event_id": 1, ', event(3)));
  const engine = new Engine(program);
  const verdicts = (await recordsOf(options(path))).map(record => engine.ingest(record));
  expect(verdicts.map(({ kind }) => kind)).toEqual(['counted', 'refused', 'counted']);
  expect(verdicts[1]).toMatchObject({ reason: 'not-json', position: { source: 'user_events', offset: 1 } });
});

test.each(['csv', 'ndjson'])('a row of %s that is not UTF-8 is refused, as it is written', async format => {
  const [first, bad, last] = [event(1), event(2, { session_id: 'Zürich' }), event(3)];
  const header = columns.map(({ name }) => name);
  const row = (from: Record<string, unknown>): string =>
    format === 'csv' ? header.map(name => from[name] ?? '').join(',') : JSON.stringify(from);
  const text = [...(format === 'csv' ? [header.join(',')] : []), row(first), row(bad), row(last)];
  const path = written(`latin.${format}`, Buffer.from(text.join('\n'), 'latin1'));
  const records = await recordsOf(options(path));
  const engine = new Engine(program);
  expect(records.map(record => engine.ingest(record).kind)).toEqual(['counted', 'refused', 'counted']);
  expect(records[1]!.value).toEqual(Buffer.from(row(bad), 'latin1'));
});

test('a line longer than any record is cut, refused, and leaves the next whole', async () => {
  const path = written('long.ndjson', lines(`{"a": "${'x'.repeat(LONGEST_LINE)}"}`, event(2)));
  const records = await recordsOf(options(path));
  expect((records[0]!.value as Uint8Array).length).toBe(LONGEST_LINE);
  expect(asText(records[1]!.value)).toBe(JSON.stringify(event(2)));
});

test('lines that span many chunks come whole', async () => {
  const wide = Array.from({ length: 2_000 }, (_, id) => event(id, { session_id: 'é'.repeat(id) }));
  const path = written('wide.ndjson', lines(...wide));
  const records = await recordsOf(options(path));
  expect(records.map(({ value }) => JSON.parse(String(asText(value))) as unknown)).toEqual(wide);
});

test('gzip is unpacked, and has the same coordinates', async () => {
  const content = lines(event(1), event(2));
  const plain = await recordsOf(options(written('same.ndjson', content)));
  const packed = await recordsOf(options(written('same.ndjson.gz', gzipSync(content))));
  expect(packed).toEqual(plain);
});

test('batches are of the configured size and say where to go on, and where the file ends', async () => {
  const path = written('five.ndjson', lines(...[1, 2, 3, 4, 5].map(id => event(id))));
  const batches = await batchesOf(options(path, { batchRows: 2 }));
  expect(batches.map(({ records, next, end }) => [records.length, next, end])).toEqual([
    [2, 2, 5],
    [2, 4, 5],
    [1, 5, 5],
  ]);
});

test('reading goes on where the state stands, in a file that has grown', async () => {
  const path = written('grown.ndjson', lines(event(1), event(2)));
  const frontier = frontierOf(await batchesOf(options(path)));
  expect(await recordsOf(options(path), frontier)).toEqual([]);
  written('grown.ndjson', lines(event(1), event(2), event(3)));
  expect((await recordsOf(options(path), frontier)).map(({ offset }) => offset)).toEqual([2]);
});

test('a file that shrank, or whose head is another, is an error', async () => {
  const path = written('exchanged.ndjson', lines(event(1), event(2)));
  const frontier = frontierOf(await batchesOf(options(path)));
  written('exchanged.ndjson', lines(event(1)));
  await expect(recordsOf(options(path), frontier)).rejects.toThrow(
    /has 1 rows, but 2 of user_events have been read/,
  );
  written('exchanged.ndjson', lines(event(9), event(2)));
  await expect(recordsOf(options(path), frontier)).rejects.toThrow(/whose head was not that of .*exchanged/);
});

test('a file that is not there, is torn, or has no known ending is an error that names it', async () => {
  await expect(recordsOf(options(join(folder, 'none.ndjson')))).rejects.toThrow(
    /none\.ndjson cannot be read: ENOENT/,
  );
  const torn = written('torn.ndjson.gz', gzipSync(lines(event(1), event(2))).subarray(0, 40));
  await expect(recordsOf(options(torn))).rejects.toThrow(/torn\.ndjson\.gz cannot be read: unexpected end/);
  const unnamed = written('events.txt', lines(event(1)));
  await expect(recordsOf(options(unnamed))).rejects.toThrow(/name it \.ndjson, \.csv or \.parquet/);
  expect(await recordsOf(options(unnamed, { format: 'ndjson' }))).toHaveLength(1);
  const packed = written('rows.parquet.gz', gzipSync('PAR1'));
  await expect(recordsOf(options(packed))).rejects.toThrow(/Parquet is not read through gzip/);
});

test('arrival comes from the configured column, by the generated decoder where one is given', async () => {
  const module = program.sources.find((source): source is StreamModule => source.name === 'user_events')!;
  const late = event(1, { seen: '2024-05-01T13:00:00Z' });
  const path = written('arrival.ndjson', lines(late, event(2)));
  const [first, second] = await recordsOf(options(path, { arrival: 'seen' }));
  expect(first!.arrivedAt).toBe(noon + 3_600_000_000);
  // The second row does not say when it arrived.
  expect(second!.arrivedAt).toBe(noon + 3_600_000_000);
  const decoded = await recordsOf(options(path, { decode: value => decodeRecord(module, value) }));
  expect(decoded.map(({ arrivedAt }) => arrivedAt)).toEqual([noon + 1, noon + 2]);
});

const orders: FileOptions['source'] = {
  kind: 'table',
  name: 'orders',
  time: 'ordered_at',
  columns: [column('order_id', { kind: 'int' }), column('ordered_at', { kind: 'timestamp' })],
};

test("a table's changes in NDJSON arrive at their commit time; its rows in CSV are a snapshot", async () => {
  const change = { op: 'c', before: null, after: { order_id: 1 }, source: { ts_ms: 1_700_000_000_000 } };
  const inSchema = { schema: {}, payload: { ...change, source: { ts_us: 1_700_000_000_000_001 } } };
  const changes = written('orders.ndjson', lines(change, inSchema));
  const arrivals = (await recordsOf(options(changes, { source: orders }))).map(({ arrivedAt }) => arrivedAt);
  expect(arrivals).toEqual([1_700_000_000_000_000, 1_700_000_000_000_001]);
  const rows = written('orders.csv', 'order_id,ordered_at\n1,2024-05-01T12:00:00Z\n');
  const [row] = await recordsOf(options(rows, { source: orders }));
  expect(row!.value).toEqual({
    op: 'r',
    before: null,
    after: { order_id: 1, ordered_at: '2024-05-01T12:00:00Z' },
    source: { ts_us: noon },
  });
});

const csv = (name: string, content: string): Promise<SourceRecord[]> =>
  recordsOf(options(written(name, content), { source: everything }));

test('CSV: cells are read by the type of their column', async () => {
  const records = await csv(
    'types.csv',
    'i,d,b,m,f,n,t,at\n' +
      '-7,1e-3,9223372036854775807,12.30,true,"a ""b"", c",x,2024-05-01T12:00:00Z\n' +
      ',,,,,,,\n' +
      '12345678901234567,0.5,1,1,F,"","two\nlines",2024-05-01 12:00:00+00\n' +
      'seven,1.,x,,maybe,  ,é,1714564800000000\n',
  );
  expect(records.map(({ value }) => value)).toEqual([
    {
      i: -7,
      d: 0.001,
      b: '9223372036854775807',
      m: '12.30',
      f: true,
      n: 'a "b", c',
      t: 'x',
      at: '2024-05-01T12:00:00Z',
    },
    { i: null, d: null, b: null, m: null, f: null, n: null, t: '', at: null },
    {
      i: 12345678901234567n,
      d: 0.5,
      b: '1',
      m: '1',
      f: false,
      n: '',
      t: 'two\nlines',
      at: '2024-05-01 12:00:00+00:00',
    },
    { i: 'seven', d: '1.', b: 'x', m: null, f: 'maybe', n: '  ', t: 'é', at: 1714564800000000 },
  ]);
  expect(records.map(({ arrivedAt }) => arrivedAt)).toEqual([noon, noon, noon, 1714564800000000]);
});

test('CSV: a row with too few or too many cells is handed over as it stands, and keeps its place', async () => {
  const records = await csv(
    'ragged.csv',
    'i,d,b,m,f,n,t,at\n1,2\n,,,,,,ok,\n1,2,3,4,5,6,7,8,9\n,,,,,,end,\n',
  );
  expect(records.map(({ offset, value }) => [offset, value instanceof Uint8Array])).toEqual([
    [0, true],
    [1, false],
    [2, true],
    [3, false],
  ]);
  expect(String(asText(records[0]!.value)).trim()).toBe('1,2');
});

test('CSV: quotes that make no sense stay as they are, and spoil no other row', async () => {
  const records = await csv('quotes.csv', 'i,d,b,m,f,n,t,at\n,,,,,"a"b,x"y,\n,,,,,,good,\n');
  expect(records.map(({ value }) => value)).toMatchObject([{ n: '"a"b', t: 'x"y' }, { t: 'good' }]);
});

test('CSV: a quote that is never closed makes one refused row of the rest', async () => {
  const records = await csv('open.csv', 'i,d,b,m,f,n,t,at\n,,,,,,first,\n,,,,,"a,x,\n,,,,,,last,\n');
  expect(records.map(({ offset, value }) => [offset, value instanceof Uint8Array])).toEqual([
    [0, false],
    [1, true],
  ]);
});

test('CSV: a column that is missing, misspelt or there twice is an error that names the nearest', async () => {
  const headed = (header: string): Promise<SourceRecord[]> =>
    recordsOf(options(written('missing.csv', header)));
  await expect(headed('event_id,user_id,session,item_id,event_type,event_time\n')).rejects.toThrow(
    /has no column 'session_id': did you mean 'session'\?/,
  );
  await expect(csv('twice.csv', 't,t\n')).rejects.toThrow(/has the column 't' twice/);
});

test('CSV through the engine gives what the same NDJSON gives', async () => {
  const events = Array.from({ length: 300 }, (_, id) =>
    event(id, { revenue: id % 3 === 0 ? null : `${id}.05` }),
  );
  const header = columns.map(({ name }) => name);
  const text = [header, ...events.map(row => header.map(name => row[name] ?? ''))].map(cells =>
    cells.join(','),
  );
  const read = async (path: string): Promise<unknown> => {
    const engine = new Engine(program);
    for (const record of await recordsOf(options(path))) engine.ingest(record);
    return [
      engine.counters()['user_events'],
      engine.readGroup('user_behavior', { user_id: 7 }, noon + 1_000_000),
    ];
  };
  const fromCsv = await read(written('equal.csv', text.join('\n')));
  expect(fromCsv).toEqual(await read(written('equal.ndjson', lines(...events))));
  expect(fromCsv).toMatchObject([{ counted: 300 }, { sessions_7d: 1 }]);
});

test('nothing is handed over while paused, and closing settles', async () => {
  const path = written('paused.ndjson', lines(...[1, 2, 3].map(id => event(id))));
  const health: SourceHealth[] = [];
  const source = fileSource(
    options(path, { batchRows: 1, events: { health: state => void health.push(state) } }),
  );
  const taken: (number | undefined)[] = [];
  let pausedAt = (): void => undefined;
  const paused = new Promise<void>(resolve => {
    pausedAt = resolve;
  });
  const running = source.run([], async batch => {
    taken.push(batch.next);
    if (taken.length === 1) source.pause();
    pausedAt();
  });
  await paused;
  await new Promise(resolve => setImmediate(resolve));
  expect(taken).toEqual([1]);
  expect(source.ends()).toMatchObject([{ source: 'user_events', end: 3, seenAt: 5 }]);
  source.resume();
  await running;
  expect(taken).toEqual([1, 2, 3]);
  await source.close();
  expect(health).toEqual(['connecting', 'running', 'stopped']);
});

test('one that stays is running behind its last row, until it is closed', async () => {
  const path = written('stays.ndjson', lines(event(1)));
  const health: SourceHealth[] = [];
  let now = 5;
  const events = { health: (state: SourceHealth) => void health.push(state) };
  const source = fileSource(options(path, { stays: true, now: () => now, events }));
  let hasSettled = false;
  const running = source.run([], async () => undefined).then(() => (hasSettled = true));
  await expect.poll(() => health).toEqual(['connecting', 'running']);
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(hasSettled).toBe(false);
  now = 6;
  expect(source.ends()).toMatchObject([{ end: 1, seenAt: 6 }]);
  await source.close();
  await running;
  expect(health).toEqual(['connecting', 'running', 'stopped']);
});

test('closing while paused settles without the rest', async () => {
  const path = written('closed.ndjson', lines(event(1), event(2)));
  const source = fileSource(options(path, { batchRows: 1 }));
  let taken = 0;
  const running = source.run([], async () => {
    taken += 1;
    source.pause();
    void source.close();
  });
  await running;
  expect(taken).toBe(1);
});

test('an error of whoever takes the batch is the error of the run', async () => {
  const source = fileSource(options(written('taking.ndjson', lines(event(1)))));
  await expect(source.run([], () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
});
