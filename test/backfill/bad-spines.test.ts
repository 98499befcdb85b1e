import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { backfill, BadSpine } from 'skewless/training';
import type { BackfillOptions, SpineFault } from 'skewless/training';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HistoryBehind } from '../../runtime/history/index.ts';
import { placeColumns } from '../../runtime/training/spine-columns.ts';
import { findTarget } from '../../runtime/training/target.ts';
import { flightHistory, programs } from './support.ts';
import type { TestHistory } from './support.ts';

let history: TestHistory;
beforeAll(async () => {
  history = await flightHistory();
});
afterAll(() => history.end());

const good = 'ORD,LAX,400,2026-01-01T12:00:00Z';
const header = 'origin,destination,distance,t';

function run(spine: string, more: Partial<BackfillOptions> = {}) {
  const out = history.file('never.parquet');
  return backfill({ pool: history.pool, programs, read: 'delay_risk', spine, out, ...more });
}

async function nothingIsLeft(): Promise<void> {
  expect(readdirSync(history.folder).filter(name => name.startsWith('never'))).toEqual([]);
  const { rows } = await history.pool.query(`select 1 from pg_namespace where nspname like 'skewless_run_%'`);
  expect(rows).toEqual([]);
}

test('every bad row is told with its line, before anything is computed', async () => {
  const lines = [
    header,
    good,
    ',LAX,400,2026-01-01T12:00:00Z',
    'ORD,LAX,far,2026-01-01T12:00:00Z',
    good,
    'ORD,LAX,4.5,2026-01-01T12:00:00',
    'ORD,LAX,400,',
    'ORD,LAX,400,1600-01-01T00:00:00Z',
    'ORD,LAX,400,2026-01-02T00:00:00Z',
    'ORD,LAX,400,2026-01-01T23:59:59.999999Z',
  ];
  const faults: SpineFault[] = [];
  const spine = history.file('bad.csv', lines.join('\n'));
  const failed = run(spine, { onFault: fault => faults.push(fault) });
  await expect(failed).rejects.toThrow('nothing was begun');
  expect(faults.map(({ where, column, value }) => [where, column, value])).toEqual([
    ['bad.csv, line 3', 'origin', ''],
    ['bad.csv, line 4', 'distance', 'far'],
    ['bad.csv, line 6', 'distance', '4.5'],
    ['bad.csv, line 6', 't', '2026-01-01T12:00:00'],
    ['bad.csv, line 7', 't', ''],
    ['bad.csv, line 8', 't', '1600-01-01T00:00:00Z'],
    ['bad.csv, line 9', 't', '2026-01-02T00:00:00.000000Z'],
  ]);
  expect(faults.at(-1)!.reason).toBe(
    'it is beyond the history of flights, which is complete before 2026-01-02T00:00:00.000000Z only',
  );
  await nothingIsLeft();
});

test('twenty are shown and the others counted; all are told', async () => {
  const bad = Array.from({ length: 50 }, (_, index) => `ORD,LAX,x${index},2026-01-01T12:00:00Z`);
  let told = 0;
  const spine = history.file('many.csv', [header, ...bad].join('\n'));
  const error: unknown = await run(spine, { onFault: () => (told += 1) }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadSpine);
  expect(error).toMatchObject({ count: 50, first: { length: 20 } });
  expect((error as BadSpine).message.split('\n').at(-1)).toBe('  and 30 more');
  expect(told).toBe(50);
});

test('with a lag a row may lie later; known_at beyond the history is told at its column', async () => {
  const late = history.file('late.csv', 'airport,t\nORD,2026-01-02T00:30:00Z\n');
  const read = 'airport_departures';
  await expect(run(late, { read })).rejects.toThrow('late.csv, line 2: t:');
  await run(late, { read, out: null, known: { kind: 'arrival', lag: 3_600_000_000 } });
  await run(late, { read, out: null, known: { kind: 'hindsight' } });
  const told = history.file(
    'told.csv',
    'airport,t,known_at\nORD,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z\n',
  );
  await expect(run(told, { read })).rejects.toThrow('told.csv, line 2: known_at:');
});

test('rows are told in order, whichever check finds what is wrong with them', async () => {
  const beyond = 'ORD,LAX,400,2026-01-02T00:00:00Z';
  const far = 'ORD,LAX,far,2026-01-01T12:00:00Z';
  const spine = history.file('order.csv', [header, beyond, far, beyond].join('\n'));
  const lines: string[] = [];
  await expect(run(spine, { onFault: ({ where }) => lines.push(where) })).rejects.toThrow(BadSpine);
  expect(lines).toEqual(['order.csv, line 2', 'order.csv, line 3', 'order.csv, line 4']);
});

test('a column of the spine with the name of a label is refused, as one of a feature is', () => {
  const target = findTarget(programs, 'churn_risk');
  const of = (name: string, kind: 'int' | 'timestamp') => ({ name, type: { kind, list: false } });
  const place = (name: string) => {
    const columns = [of('user_id', 'int'), of('t', 'timestamp'), of(name, 'int')];
    return placeColumns(target, 't', { kind: 'arrival' }, columns, 's.csv');
  };
  expect(() => place('stays_30d')).toThrow(
    "'stays_30d' of s.csv is a label of churn_risk too: rename or leave out what the spine has",
  );
  expect(place('stays').carried).toHaveLength(1);
});

describe('what a live read would refuse is refused', () => {
  const row = (amount: string): string =>
    `user_id,merchant_id,terminal_id,amount,t\n1,2,3,${amount},2026-01-01T00:00:00Z\n`;
  test.each([
    ['1.005', 'it is no decimal(12, 2)'],
    ['10000000000', 'it is no decimal(12, 2)'],
    ['', 'it is null'],
  ])('an amount of %o', async (amount, reason) => {
    await seeTransactions();
    const spine = history.file('amount.csv', row(amount));
    await expect(run(spine, { read: 'fraud_score' })).rejects.toThrow(reason);
  });
});

/** An empty log that was read to its end. */
async function seeTransactions(): Promise<void> {
  await history.pool.query(
    `insert into history.frontier values ('card_transactions', 0, 0, 0, 0, '-infinity', 'infinity') on conflict do nothing`,
  );
}

describe('a spine that is none', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['a column is missing', 'orign,destination,distance,t\n', "no column 'origin': did you mean 'orign'?"],
    ['the instants have another name', 'origin,destination,distance,time\n', "no column 't'"],
    ['a column stands twice', `${header},t\n`, "the column 't' twice"],
    ['a column has the name of a feature', `${header},departures_1h\n`, 'is a feature of delay_risk too'],
  ];
  test.each(cases)('%s', async (name, head, message) => {
    const spine = history.file(
      'none.csv',
      `${head}${head
        .split(',')
        .map(() => 'x')
        .join(',')}\n`,
    );
    await expect(run(spine), name).rejects.toThrow(message);
    await nothingIsLeft();
  });

  test('the file is not there, is empty, or is torn', async () => {
    await expect(run(history.file('absent.csv'))).rejects.toThrow('absent.csv');
    await expect(run(history.file('empty.csv', ''))).rejects.toThrow('empty.csv');
    await expect(run(history.file('header.csv', `${header}\n`))).rejects.toThrow('no rows');
    const torn = history.file('torn.parquet');
    writeFileSync(torn, Buffer.from('PAR1 and then nothing'));
    await expect(run(torn)).rejects.toThrow('torn.parquet');
    await expect(run('query:select 1 as')).rejects.toThrow('the query cannot be read');
    await nothingIsLeft();
  });
});

test('of a vector or group that there is not, the nearest is named', async () => {
  const spine = history.file('good.csv', `${header}\n${good}\n`);
  await expect(run(spine, { read: 'delay_risks' })).rejects.toThrow("did you mean 'delay_risk'?");
});

test('an input that has the name of the instants asks for another', async () => {
  const spine = history.file('input.csv', `${header}\n${good}\n`);
  await expect(run(spine, { timeColumn: 'origin' })).rejects.toThrow('--time-column');
});

test('a history without a source, or short of a frontier, is behind as a whole', async () => {
  const spine = history.file('behind.csv', `user_id,t\n1,2026-01-01T00:00:00Z\n`);
  await expect(run(spine, { read: 'churn_risk' })).rejects.toThrow(HistoryBehind);
  const positions = [{ source: 'flights', topic: 0, epoch: 0, partition: 0, nextOffset: 1000 }];
  const sound = history.file('sound.csv', `${header}\n${good}\n`);
  await expect(run(sound, { known: { kind: 'frontier', positions } })).rejects.toThrow(HistoryBehind);
  await nothingIsLeft();
});

test('an output that cannot be is told before anything is computed', async () => {
  const spine = history.file('fine.csv', `${header}\n${good}\n`);
  const steps: string[] = [];
  const onProgress = ({ step }: { step: string }): void => void steps.push(step);
  await expect(run(spine, { out: 'never.txt', onProgress })).rejects.toThrow('name it .parquet');
  const absent = history.file('absent/never.parquet');
  await expect(run(spine, { out: absent, onProgress })).rejects.toThrow('its folder does not exist');
  mkdirSync(history.file('folder.csv'));
  mkdirSync(history.file('beside.csv.skewless.json'));
  await expect(run(spine, { out: history.file('beside.csv'), onProgress })).rejects.toThrow(
    'beside.csv.skewless.json cannot be written: it is a folder',
  );
  await expect(run(spine, { out: 'table:no_such.never', onProgress })).rejects.toThrow('cannot be written');
  expect(steps).toEqual([]);
  expect(existsSync(absent)).toBe(false);
  await nothingIsLeft();
});
