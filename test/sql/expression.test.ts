import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldColumn } from '../../generator/backends/sql/columns.ts';
import { ExpressionPrinter } from '../../generator/backends/sql/expression.ts';
import { Layers } from '../../generator/backends/sql/layers.ts';
import type { Expr } from '../../generator/ir/index.ts';
import type { HistoryRecord, RecordRow } from '../../runtime/history/index.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import { evaluate } from './interpreter.ts';
import { programOf, stream } from './plans.ts';
import { anyBoolean, anyNumber, anyRow, anyText, rowColumns } from './random-expression.ts';
import { sql } from 'kysely';

/** One query that evaluates an expression on every stored row, in order. */
function query(expr: Expr): string {
  const layers = new Layers('x');
  const printer = new ExpressionPrinter({
    column: (path, { type }) => heldColumn(`e."${path[0]!}"`, type),
    feature: () => '',
    instant: '',
    decimals: 'numeric',
    layers,
  });
  const isNumber = !['text', 'boolean'].includes(expr.type.kind);
  const value = isNumber ? printer.number(expr) : printer.value(expr);
  return `select ${value} as "v" from "history"."rows" as e ${layers.joins().join(' ')} order by e."_offset"`;
}

describe('an expression in SQL', () => {
  const rows = fc.sample(anyRow, { numRuns: 60, seed: 20_260_101 }) as RecordRow[];
  let history: History;
  beforeAll(async () => {
    history = await historyOf(
      programOf({ sources: [stream('rows', rowColumns)], zones: ['America/New_York'] }),
    );
    await history.append(
      rows.map((row, offset): HistoryRecord => ({
        kind: 'event',
        source: 'rows',
        topic: 0,
        epoch: 0,
        partition: 0,
        offset,
        arrivedAt: 0,
        row,
      })),
    );
  });
  afterAll(async () => {
    await history.end();
  });

  for (const [name, arbitrary] of [
    ['number', anyNumber],
    ['boolean', anyBoolean],
    ['text', anyText],
  ] as const) {
    it(`that is a ${name} has JavaScript's value on every row, and never raises`, async () => {
      await fc.assert(
        fc.asyncProperty(arbitrary, async expr => {
          const { rows: found } = await sql.raw<{ v: unknown }>(query(expr)).execute(history.db);
          expect(found.map(({ v }) => v)).toEqual(rows.map(row => evaluate(expr, row as never)));
        }),
        { numRuns: 250 },
      );
    });
  }
});
