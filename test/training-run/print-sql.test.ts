import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installSchema, trainingSet } from '../../runtime/history/index.ts';
import { printSql } from '../../runtime/history/print-sql.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { decode } from '../../runtime/history/values.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { fill, flightRecords, program, spineOf } from './support/small.ts';

let database: TestDatabase;
let db: AnyDatabase;

beforeAll(async () => {
  database = await testDatabase();
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
  await installSchema(db, program);
  await fill(database.pool, flightRecords(200));
});

afterAll(async () => {
  await database?.end();
});

for (const known of [{ kind: 'arrival' }, { kind: 'hindsight' }] as const) {
  it(`prints a statement that yields what a training set does, known by ${known.kind}`, async () => {
    const read = { vector: 'delay_risk' };
    const vector = program.vectors.find(({ name }) => name === read.vector)!;
    const spine = spineOf(12, 200);
    const text = printSql(program, { read, known, before: true });
    const rows = [];
    for (const { t, request } of spine) {
      const values = [
        t,
        known.kind === 'arrival' ? t : null,
        ...vector.request.map(({ name }) => request[name]),
      ];
      const found = await database.pool.query<Record<string, unknown>>(text, values);
      expect(found.rows).toHaveLength(1);
      rows.push(
        Object.fromEntries(
          vector.features.map(({ name, type }) => [name, decode(type, found.rows[0]![name])]),
        ),
      );
    }
    const expected = await trainingSet(db, program, {
      ...{ read, spine, known, before: true },
      allowHistoryBehind: true,
    });
    expect(rows).toEqual(expected);
  });
}

it('prints every group and vector of the worked examples as SQL that PostgreSQL takes', async () => {
  const reads = [
    ...program.groups.map(({ name }) => ({ group: name })),
    ...program.vectors.map(({ name }) => ({ vector: name })),
  ];
  for (const read of reads) {
    const text = printSql(program, { read, known: { kind: 'arrival' }, before: false });
    await database.pool.query(`prepare printed as ${text}; deallocate printed`);
  }
});

it('prints no frontier', () => {
  const known = { kind: 'frontier', positions: [] } as const;
  expect(() => printSql(program, { read: { vector: 'delay_risk' }, known, before: false })).toThrow(
    'a frontier cannot be printed as SQL',
  );
});
