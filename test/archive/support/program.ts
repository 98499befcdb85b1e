// A program of two streams and a table, small enough that a test can say every row of it.
import { sqlProgram } from '../../../generator/backends/sql/program.ts';
import type { Program } from '../../../generator/ir/index.ts';
import { readDecimal, readInstant, readInt, readObject, readText } from '../../../runtime/abi.ts';
import { refuse, refuseRecord } from '../../../runtime/abi.ts';
import type { Refusal, StreamModule, StreamProgram, TableModule } from '../../../runtime/abi.ts';
import type { SqlProgram } from '../../../runtime/history/index.ts';
import {
  aggregate,
  col,
  column,
  days,
  decimal,
  group,
  hours,
  int,
  over,
  programOf,
  stream,
  table,
  text,
  timestamp,
} from '../../sql/plans.ts';

const columns = [
  column('user_id', int),
  column('t', timestamp),
  column('name', text),
  column('amount', decimal(10, 2), true),
];

export const plan: Program = programOf({
  sources: [
    stream('clicks', columns),
    stream('views', columns, { arrival: 'producer' }),
    table('items', [column('id', int), column('name', text, true)]),
  ],
  groups: [
    group(
      'users',
      [{ name: 'user_id', type: int }],
      [{ source: 'clicks', keys: [col('user_id', int)], inputs: [], filters: [] }],
      [
        aggregate('clicks_1h', { kind: 'count' }, int, { window: over(hours(1)) }),
        aggregate('clicks_30d', { kind: 'count' }, int, { window: over(days(30)) }),
      ],
    ),
    group(
      'lives',
      [{ name: 'user_id', type: int }],
      [{ source: 'clicks', keys: [col('user_id', int)], inputs: [], filters: [] }],
      [aggregate('clicks', { kind: 'count' }, int)],
    ),
  ],
});

export const sql = sqlProgram(plan) as SqlProgram;

interface Click {
  user_id: number;
  t: number;
  name: string;
  amount: number | null;
}

function decodeClick(value: unknown, row: Click): Refusal | null {
  const cells = readObject(value);
  if (cells === null) return refuseRecord(value);
  row.user_id = readInt(cells['user_id']);
  if (Number.isNaN(row.user_id)) return refuse('user_id', 'a whole number', cells['user_id']);
  row.t = readInstant(cells['t'], 1);
  if (Number.isNaN(row.t)) return refuse('t', 'an instant', cells['t']);
  const name = readText(cells['name']);
  if (name === null) return refuse('name', 'text', cells['name']);
  row.name = name;
  row.amount = null;
  if (cells['amount'] === null || cells['amount'] === undefined) return null;
  row.amount = readDecimal(cells['amount'], 10, 2);
  return Number.isNaN(row.amount) ? refuse('amount', 'decimal(10, 2)', cells['amount']) : null;
}

const clicksLike = (name: string): StreamModule<Click> => ({
  kind: 'stream',
  name,
  lateness: null,
  earliness: days(1),
  horizon: null,
  createRow: () => ({ user_id: 0, t: 0, name: '', amount: null }),
  decode: decodeClick,
  scan: () => false,
  eventTime: row => row.t,
  id: () => null,
});

interface Item {
  id: number;
  name: string | null;
}

function decodeItem(value: unknown, row: Item, wanted: ReadonlySet<string>): Refusal | null {
  const cells = readObject(value);
  if (cells === null) return refuseRecord(value);
  row.id = readInt(cells['id']);
  if (Number.isNaN(row.id)) return refuse('id', 'a whole number', cells['id']);
  row.name = wanted.has('name') ? readText(cells['name']) : null;
  return null;
}

const items: TableModule<Item> = {
  kind: 'table',
  name: 'items',
  primaryKey: ['id'],
  columns: ['id', 'name'],
  types: [
    { kind: 'int', nullable: false },
    { kind: 'text', nullable: true },
  ],
  createRow: () => ({ id: 0, name: null }),
  decode: (value, row) => decodeItem(value, row, new Set(['id', 'name'])),
  decodeColumns: decodeItem,
  time: () => null,
};

export const program: StreamProgram = {
  abi: 1,
  fingerprint: 'archive',
  sources: [clicksLike('clicks'), clicksLike('views'), items],
  groups: [],
  vectors: [],
};
