import type { Expr, SourceColumn } from '../../../generator/ir/index.ts';
import { column, columnExpr, equals, stream } from './plan.ts';
import type { Random } from './random.ts';

/** A stream with a column of every type, and rows for it. */
const int = { kind: 'int' } as const;
const kinds = ['click', 'view', 'purchase'];

export const columns = {
  user_id: column('user_id', int, true),
  kind: column('kind', { kind: 'enum', values: kinds }),
  session: column('session', { kind: 'text' }, true),
  amount: column('amount', { kind: 'decimal', precision: 10, scale: 2 }, true),
  wide: column('wide', { kind: 'decimal', precision: 15, scale: 3 }, true),
  score: column('score', { kind: 'double' }, true),
  items: column('items', int),
  flag: column('flag', { kind: 'boolean' }, true),
  big: column('big', { kind: 'bigint' }, true),
  ref: column('ref', { kind: 'uuid' }),
  seen: column('seen', { kind: 'timestamp' }, true),
  at: column('at', { kind: 'timestamp' }),
} satisfies Record<string, SourceColumn>;

export type ColumnName = keyof typeof columns;
export const events = stream('events', Object.values(columns));

export const inputs = Object.fromEntries(
  Object.entries(columns).map(([name, of]) => [name, columnExpr(of)]),
) as Record<ColumnName, Expr>;

export const filters: readonly (readonly [Expr, (row: EventRow) => boolean])[] = [
  [equals(inputs.kind, 'purchase'), row => row.kind === 'purchase'],
  [equals(inputs.kind, 'click'), row => row.kind === 'click'],
];

export interface EventRow {
  readonly user_id: number | null;
  readonly kind: string;
  readonly session: string | null;
  readonly amount: number | null;
  readonly wide: number | null;
  readonly score: number | null;
  readonly items: number;
  readonly flag: boolean | null;
  readonly big: bigint | null;
  readonly ref: string;
  readonly seen: number | null;
  readonly at: number;
}

const texts = ['a', 'b', 'é', 'z', '\u{1f600}', '\uffee', 'long text that is not short', ''];

export function randomRow(random: Random, at: number, users: number): EventRow {
  const maybe = <T>(value: T): T | null => (random.chance(0.15) ? null : value);
  const digits = (n: number): number => random.below(10 ** Math.min(n, 9)) * (random.chance(0.3) ? -1 : 1);
  return {
    user_id: random.chance(0.02) ? null : 1 + random.below(users),
    kind: random.pick(kinds),
    session: maybe(random.pick(texts)),
    amount: maybe(digits(6) / 100 + 0),
    wide: maybe((random.chance(0.2) ? 999999999999999 : digits(9)) / 1000 + 0),
    score: maybe(
      random.pick([
        0,
        0.1,
        -2.5,
        1e-9,
        123456.789,
        1 / 3,
        2 ** 52,
        2 ** 53,
        1e300,
        5e-324,
        random.next() * 100 - 50,
      ]),
    ),
    items: random.pick([0, 1, 2, 3, -4, 9007199254740991, -9007199254740991, random.below(1000)]),
    flag: maybe(random.chance(0.6)),
    big: maybe(random.pick([0n, 1n, -1n, 9223372036854775807n, -9223372036854775808n, 9007199254740993n])),
    ref: `0000000${random.below(4)}-0000-4000-8000-000000000000`,
    seen: maybe(at - random.below(1000) * 1000),
    at,
  };
}

/** The row as JSON on the wire. */
export function toWire(row: EventRow): Record<string, unknown> {
  return { ...row, big: row.big === null ? null : String(row.big) };
}
