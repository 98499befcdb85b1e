import { existsSync, readFileSync, statSync } from 'node:fs';
import { snapshot } from 'skewless/training';
import type { SnapshotOptions } from 'skewless/training';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Known, Value } from '../../runtime/history/index.ts';
import { Engine } from '../../runtime/index.ts';
import type { SqlColumn } from '../../runtime/history/index.ts';
import { end, flightHistory, flights, programs, readBack, us } from './support.ts';
import type { TestHistory } from './support.ts';

let history: TestHistory;
beforeAll(async () => {
  history = await flightHistory();
});
afterAll(() => history.end());

const take = (more: Partial<SnapshotOptions> & Pick<SnapshotOptions, 'read' | 'at'>) =>
  snapshot({ pool: history.pool, programs, out: history.folder, ...more });

const typesOf = (read: string): readonly SqlColumn[] => {
  const group = programs.sql.groups.find(({ name }) => name === read);
  if (group !== undefined) return [...group.keys, ...group.features];
  const vector = programs.sql.vectors.find(({ name }) => name === read)!;
  return [...vector.request, ...vector.features];
};

async function rowsIn(file: string, read: string): Promise<Record<string, Value>[]> {
  const columns = await readBack(file, typesOf(read), history.pool);
  const names = [...columns.keys()];
  return columns
    .get('t')!
    .map((_, at) => Object.fromEntries(names.map(name => [name, columns.get(name)![at]!])));
}

/** The live state after so many records. */
function engineAfter(count: number): Engine {
  const engine = new Engine(programs.stream);
  for (const record of flights.slice(0, count)) engine.ingest(record);
  return engine;
}

/** How many flights had arrived by then. */
const arrivedBy = (at: number): number => flights.filter(({ arrivedAt }) => arrivedAt <= at).length;

const instants = ['2026-01-01T03:00:00Z', '2026-01-01T10:00:00.000001Z', '2026-01-01T23:59:59.999999Z'];
describe.each(['airport_departures', 'route_departures'])('%s', read => {
  test.each(instants)('at %s is the live state, key by key', async text => {
    const at = us(text);
    const { parts } = await take({ read, at: [at] });
    const known = arrivedBy(at);
    await compare(read, parts[0]!.file!, at, known);
  });

  test('by frontier it is the live state at that frontier', async () => {
    const place = { source: 'flights', topic: 0, epoch: 0, partition: 0 };
    const known: Known = { kind: 'frontier', positions: [{ ...place, nextOffset: 17 }] };
    const { parts } = await take({ read, at: [end], known });
    await compare(read, parts[0]!.file!, end, 17);
  });
});

async function compare(read: string, file: string, at: number, known: number): Promise<void> {
  const rows = await rowsIn(file, read);
  const keys = programs.sql.groups.find(({ name }) => name === read)!.keys.map(({ name }) => name);
  const keyOf = (row: Readonly<Record<string, unknown>>): string => keys.map(name => row[name]).join('/');
  const seen = new Set(
    flights.slice(0, known).map(({ value }) => {
      const { origin, destination } = value as Record<string, string>;
      return read === 'airport_departures' ? origin! : `${origin}/${destination}`;
    }),
  );
  expect(rows.map(keyOf)).toEqual([...seen].sort());
  const engine = engineAfter(known);
  for (const row of rows) {
    const { t, ...values } = row;
    expect(t).toBe(at);
    const request = Object.fromEntries(keys.map(name => [name, row[name]]));
    const live = engine.readGroup(read, request as Record<string, string>, at);
    expect(values).toEqual({ ...request, ...live });
  }
}

test('a grid is a folder for each instant; one before the first event has no file', async () => {
  const at = ['2025-12-31T00:00:00Z', '2026-01-01T12:00:00Z', '2026-01-01T18:00:00Z'].map(us);
  const { parts } = await take({ read: 'airport_departures', at, out: history.file('grid') });
  expect(parts.map(({ rows }) => rows)).toEqual([0, 4, 4]);
  expect(parts[0]!.file).toBeNull();
  expect(parts[1]!.file).toBe(history.file('grid/at=2026-01-01T12:00:00Z/part-0.parquet'));
  const metadata = JSON.parse(
    readFileSync(history.file('grid/at=2026-01-01T12:00:00Z/_skewless.json'), 'utf8'),
  ) as object;
  expect(metadata).toMatchObject({ kind: 'group', name: 'airport_departures', spine: { rows: 4 } });
});

test('what is written already may be left as it is, where it is the same', async () => {
  const at = [us('2026-01-01T12:00:00Z')];
  const out = history.file('kept');
  const file = `${out}/at=2026-01-01T12:00:00Z/part-0.parquet`;
  const written = (): number => statSync(file).ino;
  await take({ read: 'airport_departures', at, out });
  const first = written();
  const { parts } = await take({ read: 'airport_departures', at, out, keepWritten: true });
  expect(parts).toEqual([{ at: at[0], rows: 4, file }]);
  expect(written()).toBe(first);
  await take({ read: 'airport_departures', at, out, keepWritten: true, known: { kind: 'hindsight' } });
  expect(written()).not.toBe(first);
});

describe('of a vector', () => {
  const at = [us('2026-01-01T12:00:00Z')];
  test('keys are those of the group that knows them together; inputs are given', async () => {
    const inputs = new Map([['distance', 450]]);
    const { parts } = await take({ read: 'delay_risk', at, inputs, out: history.file('vector') });
    const rows = await rowsIn(parts[0]!.file!, 'delay_risk');
    const engine = engineAfter(arrivedBy(at[0]!));
    expect(rows.length).toBeGreaterThan(3);
    for (const { t, origin, destination, distance, ...values } of rows) {
      expect(t).toBe(at[0]);
      const request = {
        origin: origin as string,
        destination: destination as string,
        distance: distance as number,
      };
      expect(values).toEqual(engine.readVector('delay_risk', request, at[0]!));
    }
  });

  test('a key may be given too: then the others are looked for', async () => {
    const inputs = new Map<string, string | number>([
      ['distance', 450],
      ['destination', "O'Hare"],
    ]);
    const { parts } = await take({ read: 'delay_risk', at, inputs, out: history.file('given') });
    const rows = await rowsIn(parts[0]!.file!, 'delay_risk');
    expect(rows.map(({ origin }) => origin)).toEqual(['JFK', 'LAX', 'ORD', 'SFO']);
    expect(new Set(rows.map(({ destination }) => destination))).toEqual(new Set(["O'Hare"]));
  });

  test('where every key is given there is none to look for', async () => {
    const inputs = new Map<string, string | number>([
      ['distance', 450],
      ['origin', 'ORD'],
      ['destination', 'LAX'],
    ]);
    await expect(take({ read: 'delay_risk', at, inputs })).rejects.toThrow(
      'every key of delay_risk is given, and none is left to look for',
    );
  });

  test('an input that is not given is asked for', async () => {
    await expect(take({ read: 'delay_risk', at })).rejects.toThrow('--with distance=…');
  });
});

test('an instant beyond the history is told before any is written', async () => {
  const out = history.file('beyond');
  await expect(
    take({ read: 'airport_departures', at: [us('2026-01-01T12:00:00Z'), end], out }),
  ).rejects.toThrow(
    /^the history lacks what .*\n.*flights, .*needs all arrivals up to 2026-01-02T00:00:00.000Z, has those before/,
  );
  expect(existsSync(out)).toBe(false);
});

test('a folder that cannot be made is told', async () => {
  const out = history.file('no-folder', '');
  const taken = take({ read: 'airport_departures', at: [us('2026-01-01T12:00:00Z')], out });
  await expect(taken).rejects.toThrow(
    'at=2026-01-01T12:00:00Z cannot be written: a part of its path is no folder',
  );
});
