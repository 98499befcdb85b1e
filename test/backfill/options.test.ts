import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FaultFile } from '../../cli/backfill/fault-file.ts';
import { backfillTo } from '../../cli/backfill/backfill.ts';
import type { BackfillCommandOptions } from '../../cli/backfill/command.ts';
import { interruptible } from '../../cli/backfill/interrupt.ts';
import { knownOf, requireWhole } from '../../cli/backfill/known.ts';
import { paceText } from '../../cli/backfill/progress-bar.ts';
import { reportLines } from '../../cli/backfill/report.ts';
import { inputsOf } from '../../cli/snapshot/inputs.ts';
import { snapshotTo } from '../../cli/snapshot/snapshot.ts';
import { instantsOf } from '../../cli/snapshot/instants.ts';
import type { BackfillReport } from '../../runtime/training/options.ts';
import { SpineDigest } from '../../runtime/training/spine-digest.ts';
import { programs, us } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'skewless-options-'));
afterAll(() => rmSync(folder, { recursive: true }));
const defaults = { root: folder, spine: 's.csv', timeColumn: 't', jobs: 2, chunk: 10 };

describe('what is known', () => {
  test('by arrival unless told otherwise, with a lag in µs', async () => {
    expect(await knownOf(defaults)).toEqual({ kind: 'arrival' });
    expect(await knownOf({ ...defaults, knownLag: '200ms' })).toEqual({ kind: 'arrival', lag: 200_000 });
    expect(await knownOf({ ...defaults, known: 'hindsight' })).toEqual({ kind: 'hindsight' });
  });

  test.each([
    [{ known: 'hindsight', knownLag: '1s' }, 'leave out --known-lag'],
    [{ known: 'hindsight', frontier: 'f.json' }, 'leave out --known'],
    [{ knownLag: 'soon' }, 'write it as 200ms'],
    [{ frontier: 'no-such.json' }, 'cannot be read'],
  ] as const)('%o is refused', async (given, message) => {
    await expect(knownOf({ ...defaults, ...given })).rejects.toThrow(message);
  });

  test('a frontier is a list of positions, or what a training set tells of itself', async () => {
    const positions = [{ source: 'flights', topic: -1, epoch: 2, partition: 0, nextOffset: 7 }];
    const file = (name: string, content: unknown): string => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      return join(folder, name);
    };
    const expected = { kind: 'frontier', positions };
    expect(await knownOf({ ...defaults, frontier: file('list.json', positions) })).toEqual(expected);
    const metadata = file('set.json', { frontier: positions, run: 'x' });
    expect(await knownOf({ ...defaults, frontier: metadata })).toEqual(expected);
    const wrong = file('wrong.json', [{ ...positions[0], nextOffset: 1.5 }]);
    await expect(knownOf({ ...defaults, frontier: wrong })).rejects.toThrow('is no frontier');
  });
});

describe('a frontier as a whole', () => {
  const flights = { source: 'flights', topic: 0, epoch: 0, partition: 0, nextOffset: 7 };
  const given = (...positions: readonly (typeof flights)[]) => {
    requireWhole({ kind: 'frontier', positions }, programs, 'delay_risk');
  };
  test('names every source that is read, each partition once, and may name others', () => {
    given(flights, { ...flights, partition: 1 }, { ...flights, source: 'user_events' });
    given({ ...flights, nextOffset: 0 });
    requireWhole({ kind: 'hindsight' }, programs, 'delay_risk');
  });

  test('else it is refused, with all that is wrong', () => {
    expect(() => given()).toThrow('says nothing of flights, which delay_risk reads');
    expect(() => given({ ...flights, source: 'flihgts' })).toThrow(
      /'flihgts' that there is not: did you mean 'flights'\?\n.* says nothing of flights/,
    );
    expect(() => given(flights, { ...flights, nextOffset: 9 })).toThrow('partition 0 twice');
  });
});

test.each([
  [{}, 'where is the training set to go?'],
  [{ dryRun: true, resume: true, restart: true }, 'exclude each other'],
] as const)('backfill with %o is refused', async (given, message) => {
  const options: BackfillCommandOptions = { ...defaults, ...given };
  await expect(backfillTo('delay_risk', options)).rejects.toThrow(message);
});

describe('the instants of a snapshot', () => {
  const from = '2026-01-01T00:00:00Z';
  test('one, or a grid with both its ends', () => {
    expect(instantsOf({ at: from })).toEqual([us(from)]);
    const to = '2026-01-03T00:00:00Z';
    const days = [from, '2026-01-02T00:00:00Z', to].map(us);
    expect(instantsOf({ every: '1d', from, to })).toEqual(days);
    expect(instantsOf({ every: '1d', from, to: '2026-01-02T23:59:59.999999Z' })).toEqual(days.slice(0, 2));
    expect(instantsOf({ every: '1d', from, to: from })).toEqual(days.slice(0, 1));
  });

  test.each([
    [{}, 'which instant?'],
    [{ at: from, every: '1d' }, 'not both'],
    [{ at: '2026-01-01' }, 'with a zone'],
    [{ every: 'daily', from, to: from }, 'write it as 1d'],
    [{ every: '1d', from, to: '2025-01-01T00:00:00Z' }, '--to is before --from'],
    [{ every: '1ms', from, to: '2026-01-02T00:00:00Z' }, 'the most'],
  ])('%o is refused', (given, message) => {
    expect(() => instantsOf(given)).toThrow(message);
  });
});

describe('inputs of a snapshot', () => {
  const input = (
    name: string,
    kind: 'int' | 'bigint' | 'text' | 'boolean' | 'timestamp',
    nullable = false,
  ) => ({
    ...{ name, type: { kind }, nullable, doc: null },
  });
  const inputs = [
    input('n', 'int'),
    input('big', 'bigint'),
    input('name', 'text', true),
    input('ok', 'boolean'),
    input('at', 'timestamp'),
    { name: 'plan', type: { kind: 'enum', values: ['free', 'paid'] }, nullable: false, doc: null } as const,
    { name: 'price', type: { kind: 'decimal', precision: 4, scale: 2 }, nullable: false, doc: null } as const,
  ];
  test('each is read as its type', () => {
    const given = [
      'n=-7',
      'big=9223372036854775807',
      'name=a=b',
      'ok=true',
      'at=1970-01-01T00:00:01Z',
      'price=1.50',
    ];
    expect([...inputsOf(given, inputs)]).toEqual([
      ...[
        ['n', -7],
        ['big', 9223372036854775807n],
        ['name', 'a=b'],
        ['ok', true],
        ['at', 1_000_000],
        ['price', 1.5],
      ],
    ]);
    expect(inputsOf(['name='], inputs).get('name')).toBeNull();
  });

  test.each([
    ['n', 'write name=value'],
    ['m=1', "there is no input 'm'"],
    ['n=1.5', "'1.5' is no int"],
    ['plan=fre', "'fre' is none of its values: did you mean 'free'?"],
    ['n=', "'' is no int"],
    ['ok=yes', 'is no boolean'],
    ['price=1.005', 'is no decimal'],
  ])('%s is refused', (given, message) => {
    expect(() => inputsOf([given], inputs)).toThrow(message);
  });

  test('none twice', () => {
    expect(() => inputsOf(['n=1', 'n=2'], inputs)).toThrow('n is given twice');
  });
});

test('the first signal stops in order, the second at once; then nobody listens', async () => {
  const listeners = new Map<string, () => void>();
  const exits: number[] = [];
  const said: string[] = [];
  const signals = {
    on: (name: string, listener: () => void) => listeners.set(name, listener),
    off: (name: string) => listeners.delete(name),
  };
  const surroundings = {
    signals,
    exit: (code: number) => void exits.push(code),
    say: (line: string) => void said.push(line),
  };
  const aborted = await interruptible(surroundings, signal => {
    listeners.get('SIGTERM')!();
    const first = signal.aborted && exits.length === 0;
    listeners.get('SIGINT')!();
    return Promise.resolve(first);
  });
  expect(aborted).toBe(true);
  expect(exits).toEqual([1]);
  expect(said).toHaveLength(1);
  expect(listeners.size).toBe(0);
});

test('pace is rate and time left, and nothing before anything is known', () => {
  expect(paceText(1000, 500, 2)).toBe('500/s, 1 s left');
  expect(paceText(0, 500, 2)).toBe('');
  expect(paceText(5, 0, 0)).toBe('');
});

test('a report says what no value tells', () => {
  const beforeHistory = [
    ...[
      {
        source: 'clicks',
        begins: '2024-02-01T00:00:00.000000Z',
        rows: 3,
        earliest: '1970-01-01T00:28:24.000000Z',
      },
    ],
    ...[
      {
        source: 'views',
        begins: '2024-02-01T00:00:00.000000Z',
        rows: 1,
        earliest: '2024-01-31T00:00:00.000000Z',
      },
    ],
  ];
  const report: BackfillReport = {
    ...{ run: 'r', rows: 10, columns: [], resumed: false, out: 'x.csv' },
    leak: [{ feature: 'f', rows: 3 }],
    metadata: {
      ...{
        version: '1',
        kind: 'vector',
        name: 'v',
        fingerprint: 'p',
        features: [],
        before: false,
        frontier: [],
        run: 'r',
      },
      spine: { name: 's', rows: 10, sha256: '' },
      known: { kind: 'arrival', lag: 200_000 },
      notes: { producerArrivals: ['clicks'], beforeSnapshot: [{ table: 'users', rows: 4 }], beforeHistory },
    },
  };
  const text = reportLines(report).join('\n');
  expect(text).toContain('known: what had arrived by each instant, 200 ms late');
  expect(text).toContain('clicks: arrivals are the word of its producers');
  expect(text).toContain('users: 4 rows lie before its first version');
  expect(text).toContain(
    'clicks: 3 rows lie before 2024-02-01, where its history begins; the earliest at 1970-01-01T00:28:24.000000Z. A whole number as an instant counts µs, not seconds or ms',
  );
  expect(text).toMatch(/^views: 1 rows? lie.* the earliest at 2024-01-31T00:00:00\.000000Z$/m);
  expect(text).toMatch(/^f +3 +30\.0 %$/m);
});

describe('the digest of a spine', () => {
  const columns = [{ name: 'x', type: { kind: 'double', list: false } } as const];
  const of = (...batches: readonly (readonly number[])[]): string => {
    const digest = new SpineDigest(columns);
    for (const values of batches) digest.add({ rows: values.length, columns: [values] });
    return digest.result();
  };
  test('does not hang on batches, and tells order, values, signs and names', () => {
    expect(of([1, 2, 3])).toBe(of([1], [], [2, 3]));
    const other = new SpineDigest([{ ...columns[0]!, name: 'y' }]);
    other.add({ rows: 3, columns: [[1, 2, 3]] });
    const all = [
      of([1, 2, 3]),
      of([1, 3, 2]),
      of([1, 2]),
      of([12, 3]),
      of([0]),
      of([-0]),
      of(),
      other.result(),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

test('where the list of faults cannot be written, that is said, and nothing is thrown', () => {
  const fault = { row: 0, column: null, value: '', reason: 'wrong', where: 's.csv, line 2' };
  const written = new FaultFile(join(folder, 'f.problems.ndjson'));
  const lost = new FaultFile(join(folder, 'no-such-folder', 'f.problems.ndjson'));
  for (const file of [written, lost]) {
    for (let count = 0; count < 1_500; count += 1) file.add(fault);
    file.flush();
  }
  expect(written.whereabouts()).toBe(`All of them are in ${written.path}`);
  expect(lost.whereabouts()).toContain('cannot be written: ENOENT');
});

test('a folder in the place of the list is told of with the faults alone', () => {
  const path = join(folder, 'g.problems.ndjson');
  mkdirSync(path);
  const faults = new FaultFile(path);
  faults.add({ row: 0, column: null, value: '', reason: 'wrong', where: 's.csv, line 2' });
  faults.flush();
  expect(faults.whereabouts()).toContain('cannot be written');
});

test('a snapshot goes to a folder, not to a table', async () => {
  const asked = { ...defaults, at: '2026-01-01T00:00:00Z', out: 'table:t', with: [] };
  await expect(snapshotTo('airport_departures', asked)).rejects.toThrow('goes to no table');
});

test('a signal before anything is computed is told in words', async () => {
  let stop: () => void = () => undefined;
  const signals = { on: (_: string, listener: () => void) => void (stop = listener), off: () => undefined };
  const run = interruptible({ signals, exit: () => undefined, say: () => undefined }, async signal => {
    stop();
    signal.throwIfAborted();
    await Promise.resolve();
  });
  await expect(run).rejects.toThrow('stopped before anything was computed');
});
