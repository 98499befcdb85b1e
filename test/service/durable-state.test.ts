import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { serving } from '../../generated/serving.ts';
import { program as sql } from '../../generated/sql/index.ts';
import { program as stream } from '../../generated/stream/index.ts';
import { appendHistory, historyDecoder, installSchema } from '../../runtime/history/index.ts';
import { IncompatibleState } from '../../runtime/checkpoints/errors.ts';
import { Engine } from '../../runtime/index.ts';
import type { SourceRecord, StreamProgram } from '../../runtime/index.ts';
import { stateBuilder } from '../../runtime/service/build-state.ts';
import { DurableState } from '../../runtime/service/durable-state.ts';
import { testDatabase, urlOf } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

const t0 = Date.UTC(2026, 0, 1) * 1000;
const now = (): number => t0 + 60_000_000;
const log = pino({ level: 'silent' });
const flight = (offset: number): SourceRecord => ({
  ...{ source: 'flights', topic: 0, epoch: 0, partition: 0, offset, arrivedAt: t0 + offset },
  value: {
    scheduled_departure: '2026-01-01T00:00:00Z',
    delay: offset,
    distance: 9,
    origin: 'ORD',
    destination: 'LAX',
  },
});

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await testDatabase();
  await installSchema(new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) }), sql);
});
afterAll(() => database.end());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'durable-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await database.pool.query('truncate history.flights, history.frontier, history.retained');
});

const url = (name = database.connection.database): string =>
  urlOf({ ...database.connection, database: name });

async function open(
  program: StreamProgram,
  bootstrap: boolean | 'incomplete' = true,
  at = url(),
): ReturnType<typeof DurableState.open> {
  const state = { directory, checkpointEvery: 1000, keep: 2, ceiling: null, bootstrap };
  const history = { url: at, archive: true, retention: {}, batchRows: 1, batchEvery: 1, clockSkew: 1 };
  const build = stateBuilder({ stream: program, sql, serving }, { history, state } as never, { now, log });
  return await DurableState.open(program, { directory, keep: 2 }, { now, log, build });
}

const others: StreamProgram = { ...stream, fingerprint: 'of other features' };

/** Leaves a checkpoint of a program that has seen nothing. */
async function leaveCheckpoint(program: StreamProgram): Promise<void> {
  const { durable } = await DurableState.open(program, { directory, keep: 2 }, { now, log });
  await durable.write(new Engine(program));
  await durable.close();
}

test('without a checkpoint the state is built from the history, once', async () => {
  await appendHistory(database.pool, sql, [0, 1, 2].map(flight).map(historyDecoder(stream)));
  const first = await open(stream);
  const read = (engine: Engine): unknown => engine.readGroup('airport_departures', { airport: 'ORD' }, now());
  const whole = new Engine(stream);
  for (const offset of [0, 1, 2]) whole.ingest(flight(offset));
  expect(read(first.engine)).toEqual(read(whole));
  expect(first.engine.frontier()).toMatchObject([{ source: 'flights', nextOffset: 3 }]);
  await first.durable.write(first.engine);
  await first.durable.close();
  // From here on it is the checkpoint that counts.
  await database.pool.query('truncate history.flights, history.frontier');
  const second = await open(stream);
  expect(read(second.engine)).toEqual(read(whole));
  await second.durable.close();
});

test('checkpoints of other features are set aside when a state has been built, and only then', async () => {
  await leaveCheckpoint(others);
  await expect(open(stream)).rejects.toThrow(IncompatibleState);
  await appendHistory(database.pool, sql, [flight(0)].map(historyDecoder(stream)));
  await expect(open(stream, false)).rejects.toThrow(IncompatibleState);
  await expect(open(stream, true, url('none'))).rejects.toThrow(
    /^the state is to be built from the history, and that failed: .*bootstrap: false/,
  );
  expect(readdirSync(directory).filter(name => name.endsWith('.checkpoint'))).toHaveLength(1);
  const { durable, engine } = await open(stream);
  expect(engine.frontier()).toMatchObject([{ source: 'flights', nextOffset: 1 }]);
  expect(readdirSync(directory).filter(name => name.includes('.checkpoint'))).toEqual([
    `000000000001.checkpoint.replaced-${now()}`,
  ]);
  await durable.write(engine);
  await durable.close();
  const again = await open(stream);
  expect(again.engine.frontier()).toMatchObject([{ source: 'flights', nextOffset: 1 }]);
  await again.durable.close();
});

test('what retention has dropped is said, and the state built without it only where that is wanted', async () => {
  await appendHistory(database.pool, sql, [flight(5)].map(historyDecoder(stream)));
  await database.pool.query(`insert into history.retained values ('flights', '2026-01-01')`);
  await expect(open(stream)).rejects.toThrow(
    /flights: needs .*, has those from 2026-01-01T00:00:00.000Z on: older months were dropped[^]*'incomplete'/,
  );
  const { durable, engine } = await open(stream, 'incomplete');
  expect(engine.frontier()).toMatchObject([{ nextOffset: 6 }]);
  await durable.close();
});

test('an empty history is an empty state', async () => {
  const { durable, engine } = await open(stream);
  expect(engine.frontier()).toEqual([]);
  await durable.close();
});
