import type { Random } from '../../support/random.ts';
import type { Kind, Term } from './terms.ts';
import { quoted } from './terms.ts';

/** A column as it is declared. */
export interface Column {
  readonly name: string;
  /** Its zod schema. */
  readonly code: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly values?: readonly string[];
}

const ENUMS = [
  ['view', 'click', 'buy'],
  ['a', 'A', 'ä'],
  ['\ue000', '😀', 'z'],
] as const;

/** A column of each type, once nullable and once not, with random parameters. */
export function randomColumns(random: Random): Column[] {
  const columns = [
    ...both('n', 'int', () => 'int()'),
    ...both('d', 'decimal', () => decimal(random)),
    ...both('x', 'double', () => 'z.number()'),
    ...both('big', 'bigint', () => 'bigint()'),
    ...both('s', 'text', () => 'z.string()'),
    ...both('flag', 'boolean', () => 'z.boolean()'),
    ...both('id', 'uuid', () => 'uuid()'),
    ...both('at', 'timestamp', () => timestamp(random)),
  ];
  const values = random.pick(ENUMS);
  const listed = `[${values.map(quoted).join(', ')}]`;
  columns.push(
    { name: 'kind', code: `z.enum(${listed})`, kind: 'enum', nullable: false, values },
    { name: 'kind_or_null', code: `z.enum(${listed}).nullable()`, kind: 'enum', nullable: true, values },
    {
      name: 'kind_or_other',
      code: `enumOf(${listed}, { other: null })`,
      kind: 'enum',
      nullable: true,
      values,
    },
  );
  return columns;
}

function both(name: string, kind: Kind, code: () => string): Column[] {
  return [
    { name, code: code(), kind, nullable: false },
    { name: `${name}_or_null`, code: `${code()}.nullable()`, kind, nullable: true },
  ];
}

function decimal(random: Random): string {
  const precision = random.pick([3, 10, 12, 15]);
  return `decimal(${precision}, ${random.below(Math.min(precision, 6) + 1)})`;
}

function timestamp(random: Random): string {
  return random.pick(['timestamp()', 'timestamp()', "timestamp({ unit: 'ms' })", "timestamp({ unit: 's' })"]);
}

/** What lambdas may name of a row. */
export function rowTerms(columns: readonly Column[], row: string): Term[] {
  return columns.map(({ name, kind, nullable, values }) => ({
    code: `${row}.${name}`,
    kind,
    nullable,
    ...(values === undefined ? {} : { values }),
  }));
}

/** What lambdas may name of a change: each side's columns, where there is a row. */
export function changeTerms(columns: readonly Column[]): Term[] {
  const sides = ['c.before?', 'c.after?'].flatMap(side =>
    rowTerms(columns, side).map(term => ({ ...term, nullable: true })),
  );
  return [{ code: 'c.op', kind: 'enum', nullable: false, values: ['c', 'u', 'd', 'r'] }, ...sides];
}
