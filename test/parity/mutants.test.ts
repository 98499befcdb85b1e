import { describe, expect, test } from 'vitest';
import { Random } from '../support/random.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import { differingFeatures, isSame } from '../support/three-ways/compare.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import { evaluate } from '../support/three-ways/evaluate.ts';
import { randomSession } from '../support/three-ways/session.ts';

// Could the parity tests fail? Here the stream and SQL are generated from declarations that differ from the
// oracle's by the least there is, one feature each: random histories must show every one of them on both sides.

/** What the oracle is told, and what the others are. */
const mutants: Readonly<Record<string, readonly [oracle: string, others: string]>> = {
  window_start: ["events.count({ over: '1h' })", "events.count({ over: '1h', bounds: '[]' })"],
  window_end: ["events.count({ over: '1h' })", "events.count({ over: '1h', bounds: '()' })"],
  window_length: ["events.count({ over: '1h' })", "events.count({ over: '3600000001us' })"],
  delay: ["events.count({ over: '1d', delay: '1h' })", "events.count({ over: '1d', delay: '3600000001us' })"],
  step: ["events.count({ over: '1h', step: '5m' })", "events.count({ over: '1h' })"],
  refresh: ["events.count({ over: '1h', refresh: '1m' })", "events.count({ over: '1h' })"],
  calendar_day: [
    "events.count({ over: calendar('day', 'Europe/Berlin') })",
    "events.count({ over: calendar('day', 'UTC') })",
  ],
  calendar_start: [
    "events.count({ over: calendar('day', 'Europe/Berlin') })",
    "events.count({ over: calendar('day', 'Europe/Berlin'), bounds: '(]' })",
  ],
  last_rows: [
    "events.sum(e => e.n, { over: '1d', last: 2 })",
    "events.sum(e => e.n, { over: '1d', last: 3 })",
  ],
  filter: [
    "events.count({ where: e => e.n > 2, over: '1d' })",
    "events.count({ where: e => e.n >= 2, over: '1d' })",
  ],
  null_input: ["events.avg(e => e.x, { over: '1d' })", "events.avg(e => e.x ?? 0, { over: '1d' })"],
  one_cent: ["events.sum(e => e.amount, { over: '1d' })", "events.sum(e => e.amount + 0.01, { over: '1d' })"],
  last_bit: ['events.last(e => e.x)', 'events.last(e => e.x === null ? null : e.x * 1.0000000000000002)'],
  text_order: ["events.min(e => e.s, { over: '1d' })", "events.max(e => e.s, { over: '1d' })"],
  order_of_ties: ['events.last(e => e.s)', 'events.first(e => e.s)'],
  list_order: ['events.last(3, e => e.n)', "events.topK(3, e => e.n, { over: '7d' })"],
  sample: [
    "events.stddev(e => e.n, { over: '1d' })",
    "events.stddev(e => e.n, { over: '1d', population: true })",
  ],
  default: ["events.max(e => e.n, { over: '1h' })", "events.max(e => e.n, { over: '1h', default: 0 })"],
  lateness: ["lateEvents.count({ over: '1d' })", "lateEvents.count({ over: '1d' })"],
  horizon: ["twins.count({ over: '1d' })", "twins.count({ over: '1d' })"],
  deleted_rows: ['rows.count()', 'changes.count()'],
  derived: ['f => f.window_start / 3', 'f => (f.window_start + 0) / 3.0000000000000004'],
};

function declarations(side: 0 | 1): string {
  const schema = `z.object({ user_id: int(), id: int(), n: int(), x: z.number().nullable(), s: z.string(), amount: decimal(10, 2), at: timestamp() })`;
  const listed = Object.entries(mutants)
    .filter(([name]) => name !== 'derived')
    .map(([name, codes]) => `  ${name}: ${codes[side]},`);
  return `
import { calendar, changesOf, decimal, entity, features, int, stream, table, timestamp } from 'skewless';
import { z } from 'zod';
const events = stream('events', { schema: ${schema}, eventTime: 'at', lateness: '1d' });
const lateEvents = stream('late_events', { schema: ${schema}, eventTime: 'at', lateness: '${side === 0 ? '600000000us' : '600000001us'}' });
const twins = stream('twins', { schema: ${schema}, eventTime: 'at', id: 'id', horizon: '${side === 0 ? '600000000us' : '600000001us'}' });
const rows = table('rows', { schema: z.object({ id: int(), user_id: int() }), primaryKey: 'id' });
const changes = changesOf(rows);
export const user = entity('user', { user_id: int() });
export const mutants = features('mutants', { entity: user, features: {
${listed.join('\n')}
} }).derive({ derived: ${mutants['derived']![side]} });
`;
}

test('a difference of one µs, one row or one bit is found in every feature, in stream and SQL', async () => {
  const [told, others] = [
    await temporaryProject({ 'all.ts': declarations(0) }),
    await temporaryProject({ 'all.ts': declarations(1) }),
  ];
  const database = await databaseFor(others.program.sql);
  try {
    const program = { ...others.program, declarations: told.program.declarations };
    const found = { stream: new Set<string>(), SQL: new Set<string>() };
    for (let seed = 1; seed <= 8; seed += 1) {
      const random = new Random(seed);
      const session = randomSession(others.program.plan, { records: 200, reads: 250 }, random);
      const outcome = await evaluate(program, session, { database, shapes: ['auto'], random });
      for (const { side, feature } of outcome.differences)
        found[side === 'stream' ? 'stream' : 'SQL'].add(feature);
    }
    const all = Object.keys(mutants).sort();
    expect([...found.stream].sort()).toEqual(all);
    expect([...found.SQL].sort()).toEqual(all);
  } finally {
    await database.end();
    told.remove();
    others.remove();
  }
});

describe('values are compared to the last bit', () => {
  test.each([
    [0, -0],
    [0.1 + 0.2, 0.3],
    [1, 1n],
    [1, '1'],
    [null, 0],
    [null, undefined],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 1]],
    [[], null],
    [[0], [-0]],
  ])('%o is not %o', (a, b) => {
    expect(isSame(a, b)).toBe(false);
  });

  test('NaN is NaN, equal lists are equal', () => {
    expect(isSame(NaN, NaN)).toBe(true);
    expect(isSame(['a', 1n], ['a', 1n])).toBe(true);
  });

  test('a feature that lacks, is too many, or stands elsewhere is a difference', () => {
    expect(differingFeatures({ a: 1, b: null }, { a: 1 })).toEqual(['b']);
    expect(differingFeatures({ a: 1 }, { a: 1, b: null })).toEqual(['b']);
    expect(differingFeatures({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual(['a', 'b']);
  });
});
