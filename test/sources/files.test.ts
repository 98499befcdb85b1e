import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';
import type { ParquetWriteOptions } from 'hyparquet-writer';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { program } from '../../generated/stream/index.ts';
import { decodeRecord, Engine } from '../../runtime/index.ts';
import type { FrontierEntry, SourceRecord, StreamModule } from '../../runtime/index.ts';
import type { ServedInput } from '../../runtime/serve/plan.ts';
import { fileSource } from '../../runtime/sources/files/index.ts';
import type { FileOptions } from '../../runtime/sources/files/index.ts';
import { ParquetReader } from '../../runtime/sources/files/parquet.ts';
import { LONGEST_LINE } from '../../runtime/sources/files/lines.ts';
import type { Batch, SourceHealth } from '../../runtime/sources/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'skewless-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const column = (name: string, type: ServedInput['type'], nullable = false): ServedInput => ({
  name,
  type,
  nullable,
  doc: null,
});

const columns: readonly ServedInput[] = [
  column('event_id', { kind: 'int' }),
  column('user_id', { kind: 'int' }),
  column('session_id', { kind: 'text' }),
  column('item_id', { kind: 'int' }),
  column('event_type', { kind: 'enum', values: ['click', 'view', 'add_to_cart', 'purchase'] }),
  column('category', { kind: 'text' }, true),
  column('revenue', { kind: 'decimal', precision: 10, scale: 2 }, true),
  column('event_time', { kind: 'timestamp' }),
];

const userEvents: FileOptions['source'] = {
  kind: 'stream',
  name: 'user_events',
  columns,
  time: 'event_time',
};

const event = (id: number, more: object = {}): Record<string, unknown> => ({
  event_id: id,
  user_id: 7,
  session_id: 's1',
  item_id: 3,
  event_type: 'purchase',
  category: 'books',
  revenue: '12.34',
  event_time: `2024-05-01T12:00:00.${String(id).padStart(6, '0')}Z`,
  ...more,
});

const noon = Date.UTC(2024, 4, 1, 12) * 1000;

function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function options(path: string, more: Partial<FileOptions> = {}): FileOptions {
  return { source: userEvents, path, logger: pino({ level: 'silent' }), now: () => 5, ...more };
}

async function batchesOf(
  given: FileOptions,
  from: readonly FrontierEntry[] = [],
): Promise<Required<Batch>[]> {
  const batches: Required<Batch>[] = [];
  await fileSource(given).run(from, async batch => void batches.push(batch as Required<Batch>));
  return batches;
}

async function recordsOf(given: FileOptions, from: readonly FrontierEntry[] = []): Promise<SourceRecord[]> {
  return (await batchesOf(given, from)).flatMap(({ records }) => records);
}

const asText = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : value;

const lines = (...values: readonly unknown[]): string =>
  values.map(value => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n') + '\n';

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

function frontierOf(batches: readonly Required<Batch>[]): FrontierEntry[] {
  const { source, topic, epoch, partition, next } = batches.at(-1)!;
  return [{ source, topic, epoch, partition, nextOffset: next }];
}

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

const typed: readonly ServedInput[] = [
  column('i', { kind: 'int' }, true),
  column('d', { kind: 'double' }, true),
  column('b', { kind: 'bigint' }, true),
  column('m', { kind: 'decimal', precision: 12, scale: 2 }, true),
  column('f', { kind: 'boolean' }, true),
  column('n', { kind: 'text' }, true),
  column('t', { kind: 'text' }),
  column('at', { kind: 'timestamp' }, true),
];
const everything: FileOptions['source'] = { kind: 'stream', name: 'everything', columns: typed, time: 'at' };
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

function parquet(name: string, more: Pick<ParquetWriteOptions, 'codec' | 'compressors'> = {}): string {
  const path = join(folder, name);
  parquetWriteFile({
    filename: path,
    ...more,
    rowGroupSize: 2,
    columnData: [
      { name: 'i', data: [1, 2, 3] },
      { name: 'd', data: [0.1, null, -1e300] },
      { name: 'b', data: [9223372036854775807n, null, -5n] },
      { name: 'm', data: [1234n, null, -5n] },
      { name: 'f', data: [true, null, false] },
      { name: 'n', data: ['Zürich', null, ''] },
      { name: 't', data: ['x', 'y', 'z'] },
      { name: 'at', data: [BigInt(noon) + 1n, BigInt(noon) + 2n, -1n] },
    ],
    schema: [
      { name: 'root', num_children: 8 },
      { name: 'i', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'd', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'b', type: 'INT64', repetition_type: 'OPTIONAL' },
      {
        name: 'm',
        type: 'INT64',
        repetition_type: 'OPTIONAL',
        converted_type: 'DECIMAL',
        scale: 2,
        precision: 12,
      },
      { name: 'f', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
      { name: 'n', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', converted_type: 'UTF8' },
      { name: 't', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED', converted_type: 'UTF8' },
      { name: 'at', type: 'INT64', repetition_type: 'REQUIRED', converted_type: 'TIMESTAMP_MICROS' },
    ],
  });
  return path;
}

test('Parquet: whole numbers, decimals and instants lose nothing; reading goes on inside a row group', async () => {
  const path = parquet('types.parquet');
  const batches = await batchesOf(options(path, { source: everything }));
  const values = batches.flatMap(({ records }) => records.map(({ value }) => value));
  expect(values).toEqual([
    {
      i: 1,
      d: 0.1,
      b: 9223372036854775807n,
      m: '12.34',
      f: true,
      n: 'Zürich',
      t: 'x',
      at: '2024-05-01T12:00:00.000001Z',
    },
    { i: 2, d: null, b: null, m: null, f: null, n: null, t: 'y', at: '2024-05-01T12:00:00.000002Z' },
    { i: 3, d: -1e300, b: -5, m: '-0.05', f: false, n: '', t: 'z', at: '1969-12-31T23:59:59.999999Z' },
  ]);
  expect(batches.flatMap(({ records }) => records.map(({ arrivedAt }) => arrivedAt))).toEqual([
    noon + 1,
    noon + 2,
    -1,
  ]);
  const [entry] = frontierOf(batches);
  const rest = await recordsOf(options(path, { source: everything }), [{ ...entry!, nextOffset: 1 }]);
  expect(rest.map(({ offset, value }) => [offset, (value as { i: number }).i])).toEqual([
    [1, 2],
    [2, 3],
  ]);
});

test('Parquet: a row group that is read part by part gives each row once, from wherever reading goes on', async () => {
  // Of two columns more than 250,000 rows are two parts.
  const count = 250_001;
  const path = join(folder, 'parts.parquet');
  const numbers = Array.from({ length: count }, (_, i) => i);
  parquetWriteFile({
    filename: path,
    rowGroupSize: count,
    columnData: [
      { name: 'i', type: 'INT32', data: numbers },
      { name: 'at', type: 'TIMESTAMP', data: numbers.map(i => new Date(noon / 1000 + i)) },
    ],
  });
  const two = [column('i', { kind: 'int' }), column('at', { kind: 'timestamp' })];
  const reader = new ParquetReader(path, two, []);
  for (const from of [0, 1, 125_000, 125_001, 125_002, 200_000, count - 1]) {
    let expected = from;
    for await (const rows of reader.read(from)) {
      for (const { offset, value } of rows) {
        // Not by expect: there are a million of them.
        if (offset !== expected || (value as { i: number }).i !== expected)
          throw new Error(`row ${expected} is ${JSON.stringify(value)}, of offset ${offset}`);
        expected += 1;
      }
    }
    expect(expected).toBe(count);
  }
});

test('Parquet: pages may be compressed otherwise than with Snappy', async () => {
  const packed = parquet('packed.parquet', { codec: 'GZIP', compressors: { GZIP: page => gzipSync(page) } });
  const values = async (path: string): Promise<unknown[]> =>
    (await recordsOf(options(path, { source: everything }))).map(({ value }) => value);
  expect(await values(packed)).toEqual(await values(parquet('snappy.parquet')));
});

type Element = NonNullable<ParquetWriteOptions['schema']>[number];

/** One row group of columns, each of one element of the schema. */
function parquetOf(name: string, all: readonly (Element & { readonly data: readonly unknown[] })[]): string {
  const path = join(folder, name);
  parquetWriteFile({
    filename: path,
    columnData: all.map(({ name: of, data }) => ({ name: of, data: [...data] })),
    schema: [
      { name: 'root', num_children: all.length },
      ...all.map(({ data: _, ...element }): Element => ({ repetition_type: 'OPTIONAL', ...element })),
    ],
  });
  return path;
}

async function cellsOf(path: string, ...all: readonly ServedInput[]): Promise<unknown[][]> {
  const cells: unknown[][] = [];
  for await (const rows of new ParquetReader(path, all, []).read(0))
    for (const { value } of rows) cells.push(all.map(({ name }) => (value as Record<string, unknown>)[name]));
  return cells;
}

test('Parquet: decimals of bytes lose nothing, as those of numbers', async () => {
  const bytes = (...all: readonly number[]): Uint8Array => Uint8Array.from(all);
  const path = parquetOf('decimals.parquet', [
    {
      ...{ name: 'm', type: 'BYTE_ARRAY', scale: 2, precision: 12 },
      logical_type: { type: 'DECIMAL', scale: 2, precision: 12 },
      data: [bytes(57), bytes(0xff), bytes(0x01, 0x00), null],
    },
    { name: 's', type: 'BYTE_ARRAY', data: ['a', 'b', 'c', 'd'].map(text => Buffer.from(text)) },
  ]);
  const money = column('m', { kind: 'decimal', precision: 12, scale: 2 }, true);
  expect(await cellsOf(path, money, column('s', { kind: 'text' }))).toEqual([
    ['0.57', 'a'],
    ['-0.01', 'b'],
    ['2.56', 'c'],
    [null, 'd'],
  ]);
});

test('Parquet: text is as it is written, a byte order mark too, and what is no text is refused', async () => {
  const texts = ['\ufeffa', 'a', '', '😀'].map(text => Buffer.from(text));
  const data = [...texts, Buffer.from([0xff, 0x61]), Buffer.from([0xfe, 0x61])];
  for (const converted_type of ['UTF8', undefined] as const) {
    const element = { name: 's', type: 'BYTE_ARRAY', ...(converted_type && { converted_type }) } as const;
    const path = parquetOf('text.parquet', [{ ...element, data }]);
    const cells = (await cellsOf(path, column('s', { kind: 'text' }))).flat() as string[];
    expect(cells.slice(0, 4)).toEqual(['\ufeffa', 'a', '', '😀']);
    expect(cells.slice(4).every(text => /\p{Surrogate}/u.test(text))).toBe(true);
  }
});

test('Parquet: times without a zone are no instants, and what is nested is no cell', async () => {
  const at = { name: 'at', type: 'INT64', data: [BigInt(noon)] } as const;
  const local = { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } as const;
  const instant = column('at', { kind: 'timestamp' });
  const naive = parquetOf('naive.parquet', [{ ...at, logical_type: local }]);
  await expect(cellsOf(naive, instant)).rejects.toThrow(
    /the column 'at' of the file .*naive\.parquet holds times without a zone/,
  );
  expect(await cellsOf(naive, column('at', { kind: 'text' }))).toEqual([['2024-05-01T12:00:00.000000']]);
  const utc = parquetOf('utc.parquet', [{ ...at, logical_type: { ...local, isAdjustedToUTC: true } }]);
  expect(await cellsOf(utc, instant)).toEqual([['2024-05-01T12:00:00.000000Z']]);
  // A time within another column says nothing of the column of its name.
  const nested = join(folder, 'nested.parquet');
  parquetWriteFile({
    filename: nested,
    columnData: [
      { name: 'place', data: [{ at: new Date(0) }] },
      { name: 'at', data: [7] },
    ],
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'place', num_children: 1, repetition_type: 'OPTIONAL' },
      { name: 'at', type: 'INT64', repetition_type: 'OPTIONAL', converted_type: 'TIMESTAMP_MILLIS' },
      { name: 'at', type: 'INT32', repetition_type: 'OPTIONAL' },
    ],
  });
  expect(await cellsOf(nested, column('at', { kind: 'int' }))).toEqual([[7]]);
  await expect(cellsOf(nested, column('place', { kind: 'text' }))).rejects.toThrow(
    /the column 'place' of the file .* cannot be read: it is nested/,
  );
});

test('Parquet: a missing column and a file that is none are errors', async () => {
  const path = parquet('lacking.parquet');
  const wanting = { ...everything, columns: [...typed, column('att', { kind: 'timestamp' })] };
  await expect(recordsOf(options(path, { source: wanting }))).rejects.toThrow(
    /no column 'att': did you mean 'at'\?/,
  );
  const none = written('none.parquet', 'not parquet at all');
  await expect(recordsOf(options(none, { source: everything }))).rejects.toThrow(
    /none\.parquet cannot be read/,
  );
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
