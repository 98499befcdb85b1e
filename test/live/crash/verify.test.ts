import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadProgram } from '../../../runtime/config/index.ts';
import type { Programs } from '../../../runtime/config/index.ts';
import type { LoggedRecord } from '../../support/history/history.ts';
import { Random } from '../../support/random.ts';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { databaseFor } from '../../support/three-ways/database.ts';
import type { ProgramDatabase } from '../../support/three-ways/database.ts';
import { fillHistory } from '../../support/three-ways/fill-history.ts';
import { crashModules } from './features.ts';
import { OpenHistory } from './open-history.ts';
import { CrashRecords } from './records.ts';
import { Uninterrupted, byHistory, differences } from './verify.ts';

// Could the crash test fail? Without any service: its comparison sees a single record that is lost or counted twice.

const start = Date.UTC(2026, 5, 1);
const end = (start + 3_600_000) * 1000;
const records = someRecords(1500);

let project: TemporaryProject;
let programs: Programs;
let database: ProgramDatabase;

beforeAll(async () => {
  project = await temporaryProject(crashModules());
  programs = await loadProgram(project.root, join(project.root, 'generated'));
  database = await databaseFor(project.program.sql);
});

afterAll(async () => {
  await database?.end();
  project?.remove();
});

test('the engine and SQL over the history say the same, and records have every fate', async () => {
  const uninterrupted = new Uninterrupted(programs, records);
  await fillHistory(database, project.program, records);
  const frontier = uninterrupted.engine.frontier();
  const history = await byHistory(database.db, programs, frontier, end);
  expect(differences(uninterrupted.everything(end), history)).toEqual([]);
  expect(await new OpenHistory(database.pool).kept(project.program.sql)).toEqual(uninterrupted.kept);
  const { user_events, orders } = uninterrupted.counters();
  for (const fate of ['counted', 'late', 'early', 'repeat'] as const)
    expect(user_events![fate], fate).toBeGreaterThan(0);
  for (const fate of ['counted', 'tombstone'] as const) expect(orders![fate], fate).toBeGreaterThan(0);
  expect(uninterrupted.kept.refused.length).toBeGreaterThan(0);
});

test.each(['lost', 'counted twice'] as const)('a record that is %s is seen', how => {
  const uninterrupted = new Uninterrupted(programs, records);
  const expected = uninterrupted.everything(end);
  let unseen = 0;
  for (const at of [700, 900, 1100, 1300, 1499]) {
    const others = how === 'lost' ? records.filter((_, i) => i !== at) : [...records, again(records[at]!)];
    const other = new Uninterrupted(programs, others);
    const seen =
      differences(expected, other.everything(end)).length > 0 ||
      JSON.stringify(other.counters()) !== JSON.stringify(uninterrupted.counters());
    if (!seen) unseen += 1;
  }
  expect(unseen).toBe(0);
});

/** In an hour, one after the other; each source in one partition. */
function someRecords(count: number): LoggedRecord[] {
  const source = new CrashRecords(new Random(7));
  const offsets = new Map<string, number>();
  return Array.from({ length: count }, (_, i) => {
    const now = start + Math.floor((i * 3_600_000) / count);
    const message = source.next(now);
    const arrivedAt = now * 1000;
    const offset = offsets.get(message.source) ?? 0;
    offsets.set(message.source, offset + 1);
    return {
      ...{ source: message.source, partition: 0, offset },
      ...{ arrivedAt, effectiveArrival: arrivedAt },
      key: Buffer.from(message.key),
      value: message.value === null ? null : Buffer.from(message.value),
    };
  });
}

/** As an adapter would hand it over that has lost its place: at an offset that was not taken yet. */
function again(record: LoggedRecord): LoggedRecord {
  return { ...record, partition: 1, offset: 0 };
}
