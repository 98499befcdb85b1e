import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootstrapEngine } from '../../runtime/bootstrap/index.ts';
import { appendHistory, historyDecoder } from '../../runtime/history/index.ts';
import { Engine } from '../../runtime/index.ts';
import type { FrontierEntry, SourceRecord } from '../../runtime/engine/record.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { readsOf } from '../support/three-ways/read.ts';
import { randomSession } from '../support/three-ways/session.ts';
import { compareBuilt, compareStates } from './compare-states.ts';
import { featuresProgram } from './features-program.ts';

// Random histories of every source of the four worked examples, with imports, epochs, late events, repeats, truncates
// and redeliveries.

const settings = runSettings({ seed: 4_711, runs: 8, values: 40_000 });

let project: TemporaryProject;
let database: ProgramDatabase;

beforeAll(async () => {
  project = await featuresProgram();
  database = await databaseFor(project.program.sql);
});
afterAll(async () => {
  await database?.end();
  project?.remove();
});

test(
  'a state from the history is the state of its frontier, and streams on as that',
  { timeout: 600_000 },
  async () => {
    let values = 0;
    let runs = 0;
    for (; runs < settings.runs || values < settings.values; runs += 1) {
      const seed = (settings.seed + runs) >>> 0;
      const random = new Random(seed);
      const session = randomSession(project.program.plan, { records: 120, reads: 25 }, random);
      values += await compareBuilt({ program: project.program, database }, session, random).catch(
        (error: unknown) => {
          throw new Error(`repeat with SKEWLESS_SEED=${seed}`, { cause: error });
        },
      );
    }
    console.log(
      `bootstrap: compared ${values.toLocaleString('en')} values over ${runs} histories, 0 differences`,
    );
  },
);

/** Whether a record is below a frontier. */
function isBelow(frontier: readonly FrontierEntry[], record: SourceRecord): boolean {
  const { source, topic = 0, epoch = 0, partition, offset } = record;
  return frontier.some(
    entry =>
      entry.source === source &&
      entry.topic === topic &&
      entry.epoch === epoch &&
      entry.partition === partition &&
      offset < entry.nextOffset,
  );
}

test('what is appended meanwhile is left to the stream', async () => {
  const { stream, sql, plan } = project.program;
  for (let run = 0; run < 3; run += 1) {
    const random = new Random(settings.seed + 1000 + run);
    const session = randomSession(plan, { records: 100, reads: 10 }, random);
    const { order } = session;
    const half = Math.floor(order.length / 2);
    await fillHistory(database, project.program, order.slice(0, half));
    const reads = [...readsOf(session)].sort((a, b) => a.t - b.t);
    const now = reads[0]!.t + 3_600_000_000;
    const append = async (): Promise<void> => {
      for (let start = half; start < order.length; start += 25)
        await appendHistory(database.pool, sql, order.slice(start, start + 25).map(historyDecoder(stream)));
    };
    const [built] = await Promise.all([bootstrapEngine(database.pool, stream, sql, { now }), append()]);
    const { engine } = built!;
    const frontier = engine.frontier();
    const streamed = new Engine(stream);
    for (const record of order) if (isBelow(frontier, record)) streamed.ingest(record);
    compareStates(stream, `run ${run}, built`, streamed, engine, reads);
    for (const record of order) {
      const { kind } = engine.ingest(record);
      expect(kind === 'known').toBe(isBelow(frontier, record));
      if (kind !== 'known') streamed.ingest(record);
    }
    compareStates(stream, `run ${run}, streamed on`, streamed, engine, reads);
  }
});

test('features that have changed have full windows from the history of those before', async () => {
  const changed = await featuresProgram((_, text) =>
    text.replaceAll("over: '7d'", "over: '9d'").replaceAll("over: '24h'", "over: '30h'"),
  );
  try {
    const { stream, sql } = changed.program;
    expect(stream.fingerprint).not.toBe(project.program.stream.fingerprint);
    const session = randomSession(
      changed.program.plan,
      { records: 120, reads: 20 },
      new Random(settings.seed + 2000),
    );
    await fillHistory(database, project.program, session.order);
    const reads = [...readsOf(session)].sort((a, b) => a.t - b.t);
    const now = reads[0]!.t + 3_600_000_000;
    const { engine } = (await bootstrapEngine(database.pool, stream, sql, { now }))!;
    const streamed = new Engine(stream);
    for (const record of session.order) streamed.ingest(record);
    expect(compareStates(stream, 'changed', streamed, engine, reads)).toBeGreaterThan(1000);
  } finally {
    changed.remove();
  }
});
