import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaledToNumber } from '../../kernels/decimal.ts';
import type {
  ChangeRecord,
  EventRecord,
  RecordRow,
  RefusedRecord,
  SqlSource,
} from '../../runtime/history/index.ts';
import { copyRecords, copyRefused } from '../../runtime/history/copy.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';

const settings = runSettings({ seed: 2026, runs: 400, values: 0 });

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create schema "history"');
});
afterAll(async () => {
  await database.end();
});

const place = { topic: 0, epoch: 3, partition: 2, arrivedAt: 0 };
const own = '_topic int, _epoch int, _partition int, _offset bigint, _arrived_at timestamptz';

/** Copies rows and reads the columns back as text. */
async function roundTrip(
  source: SqlSource,
  rows: readonly RecordRow[],
): Promise<readonly Record<string, string | null>[]> {
  const definitions = source.columns.map(({ name, pgType }) => `"${name}" ${pgType}`).join(', ');
  await database.pool.query(
    `drop table if exists ${source.table}; create table ${source.table} (${definitions}, ${own})`,
  );
  const records = rows.map((row, offset): EventRecord => ({
    kind: 'event',
    source: source.name,
    ...place,
    offset,
    row,
  }));
  const client = await database.pool.connect();
  try {
    await copyRecords(client, source, { records, arrivals: records.map((_, index) => index) });
  } finally {
    client.release();
  }
  const texts = source.columns.map(({ name }) => `"${name}"::text`).join(', ');
  const { rows: found } = await database.pool.query<Record<string, string | null>>(
    `select ${texts} from ${source.table} order by _offset`,
  );
  return found;
}

const sourceOf = (columns: SqlSource['columns']): SqlSource => ({
  ...{ name: 'copied', kind: 'stream', table: '"history"."copied"', columns, primaryKey: [] },
  ...{ punctuality: null, arrival: 'log' },
});

describe('rows by COPY', () => {
  const random = new Random(settings.seed);

  it('keep every digit of a decimal of any precision and scale', async () => {
    const types = Array.from({ length: 15 }, (_, p) =>
      Array.from({ length: p + 2 }, (_, scale) => [p + 1, scale] as const),
    )
      .flat()
      .filter(([precision, scale]) => scale <= precision);
    for (const [precision, scale] of types) {
      const scaled = [0, 1, -1, 10 ** precision - 1, 1 - 10 ** precision, 10 ** scale, 10_000, -9_999].filter(
        value => Math.abs(value) < 10 ** precision,
      );
      for (let i = 0; i < 6; i += 1)
        scaled.push(random.below(10 ** precision) * (random.chance(0.5) ? 1 : -1));
      const source = sourceOf([{ name: 'd', kind: 'decimal', pgType: `numeric(${precision}, ${scale})` }]);
      const found = await roundTrip(
        source,
        scaled.map(value => ({ d: scaledToNumber(value, scale) })),
      );
      expect(
        found.map(({ d }) => d),
        `numeric(${precision}, ${scale})`,
      ).toEqual(scaled.map(value => digits(BigInt(value), scale)));
    }
  });

  function digits(scaled: bigint, scale: number): string {
    const text = String(scaled < 0n ? -scaled : scaled).padStart(scale + 1, '0');
    const sign = scaled < 0n ? '-' : '';
    return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
  }

  it('keep every other value as it is', async () => {
    const source = sourceOf([
      { name: 'i', kind: 'int', pgType: 'bigint' },
      { name: 'b', kind: 'bigint', pgType: 'bigint' },
      { name: 'x', kind: 'double', pgType: 'double precision' },
      { name: 's', kind: 'text', pgType: 'text collate "C"' },
      { name: 'u', kind: 'uuid', pgType: 'uuid' },
      { name: 'o', kind: 'boolean', pgType: 'boolean' },
      { name: 't', kind: 'timestamp', pgType: 'timestamptz' },
    ]);
    const letters = ['a', 'é', '€', '𝒳', '"', '\\', '\n', '\t', ',', '{', '\u0001'];
    const anyInt = (): number =>
      (random.chance(0.5) ? 1 : -1) * Math.floor(random.fraction() * 2 ** (1 + random.below(53)));
    const rows: RecordRow[] = Array.from({ length: settings.runs }, () => ({
      i: anyInt() + 0,
      b: BigInt.asIntN(64, (BigInt(random.word()) << 32n) | BigInt(random.word())),
      x: random.pick([0, -0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, anyInt() / 3]),
      s: Array.from({ length: random.pick([0, 1, 5, 47, 48, 49, 300, 20_000]) }, () =>
        random.pick(letters),
      ).join(''),
      u: [8, 4, 4, 4, 12]
        .map(n => Array.from({ length: n }, () => random.below(16).toString(16)).join(''))
        .join('-'),
      o: random.chance(0.5),
      t: random.pick([
        -8_520_336_000_000_000,
        8_835_955_199_999_999,
        946_684_800_000_000,
        -1,
        0,
        random.below(2 ** 51),
      ]),
    }));
    rows.push({ i: null, b: null, x: null, s: null, u: null, o: null, t: null });
    const found = await roundTrip(source, rows);
    const { rows: instants } = await database.pool.query<{ us: string | null }>(
      'select (extract(epoch from t) * 1000000)::bigint as us from "history"."copied" order by _offset',
    );
    found.forEach(({ i, b, x, s, u, o }, index) => {
      const row = rows[index]!;
      const text = (value: unknown): string | null => (value === null ? null : String(value));
      expect({ i, b, s, u, o }).toEqual({
        i: text(row['i']),
        b: text(row['b']),
        s: row['s'],
        u: row['u'],
        o: text(row['o']),
      });
      if (row['x'] !== null) expect(Object.is(Number(x), row['x']), `${x} is ${String(row['x'])}`).toBe(true);
      expect(instants[index]!.us).toBe(text(row['t']));
    });
  });

  it('of a table have their place in its log, of any length, and the columns left out', async () => {
    await database.pool.query(
      `create table "history"."changed" (id bigint, ${own}, _op text, _lsn numeric, _commit_time timestamptz, _unavailable text[])`,
    );
    const lsns = [0n, 1n, 9_999n, 10_000n, 18_446_744_073_709_551_615n, 10n ** 40n, -5n, null];
    const names = [[], ['a'], ['it\'s "b"', 'c\\d', 'é,{}']];
    const records = lsns.map((lsn, offset): ChangeRecord => ({
      ...{
        kind: 'change',
        source: 'changed',
        ...place,
        offset,
        op: 'u',
        lsn,
        commitTime: offset,
        row: { id: offset },
      },
      unavailable: names[offset % names.length]!,
    }));
    const client = await database.pool.connect();
    const source = {
      ...sourceOf([{ name: 'id', kind: 'int', pgType: 'bigint' }]),
      kind: 'table',
      table: '"history"."changed"',
    } as const;
    await copyRecords(client, source, { records, arrivals: records.map(() => 7) });
    client.release();
    const { rows } = await database.pool.query(
      'select _lsn::text, _unavailable, _epoch, _partition from "history"."changed" order by _offset',
    );
    expect(rows).toEqual(
      lsns.map((lsn, offset) => ({
        _lsn: lsn === null ? null : String(lsn),
        _unavailable: names[offset % names.length],
        _epoch: 3,
        _partition: 2,
      })),
    );
  });

  it('keep the bytes of what was refused', async () => {
    await database.pool.query(
      `create table "history"."refused" (source text, topic int, epoch int, partition int, "offset" bigint, reason text, "column" text, message text, bytes bytea, arrived_at timestamptz)`,
    );
    const all = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    const refused = [all, new Uint8Array(0), null].map((bytes, offset): RefusedRecord => ({
      ...{
        kind: 'refused',
        source: 'copied',
        ...place,
        offset,
        reason: 'not-json',
        column: null,
        message: 'a\0b',
      },
      bytes,
    }));
    const client = await database.pool.connect();
    await copyRefused(client, { records: refused, arrivals: [1, 2, 3] });
    client.release();
    const { rows } = await database.pool.query(
      'select message, bytes from "history"."refused" order by "offset"',
    );
    expect(rows).toEqual(
      [all, new Uint8Array(0), null].map(bytes => ({ message: 'a\\0b', bytes: bytes && Buffer.from(bytes) })),
    );
  });

  it('end with an error, and leave the connection usable, where a value is none of the column', async () => {
    const source = sourceOf([{ name: 'i', kind: 'int', pgType: 'bigint' }]);
    await expect(roundTrip(source, [{ i: 1 }, { i: 'x' }])).rejects.toThrow('i: x is no int');
    const client = await database.pool.connect();
    const record: EventRecord = { kind: 'event', source: 'copied', ...place, offset: 0, row: { i: 1 } };
    await expect(
      copyRecords(client, { ...source, table: '"history"."nowhere"' }, { records: [record], arrivals: [0] }),
    ).rejects.toThrow('"history.nowhere" does not exist');
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    client.release();
  });
});
