import type pg from 'pg';
import { expect } from 'vitest';
import { kernelDdl } from '../../kernels/sql.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

/** One seed for the folder; set SKEWLESS_TEST_SEED to try another. Every failure prints it. */
export const seed = Number(process.env['SKEWLESS_TEST_SEED'] ?? 20240229);

/** Mulberry32: uniform in [0, 1). */
export function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const positiveEdges = [
  0,
  5e-324,
  1e-323,
  2.225073858507201e-308,
  2.2250738585072014e-308,
  2 ** -1021,
  2 ** -538,
  2 ** -537,
  2 ** -536,
  2 ** -500,
  1e-150,
  1e-18,
  2 ** -54,
  2 ** -53,
  2 ** -52,
  2 ** -28,
  1e-6,
  0.1,
  0.25,
  0.49999999999999994,
  0.5,
  0.5000000000000001,
  1 / 3,
  Math.SQRT1_2,
  0.9999999999999999,
  1,
  1.0000000000000002,
  Math.SQRT2,
  1.5,
  2,
  2.5,
  3,
  10,
  63,
  64,
  65,
  100,
  709.782712893384,
  709.7827128933841,
  745.1332191019411,
  745.1332191019412,
  2 ** 31,
  2 ** 52 - 0.5,
  2 ** 52,
  2 ** 52 + 1,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  1e16,
  1e22,
  1e23,
  1e150,
  2 ** 500,
  2 ** 511,
  2 ** 512,
  1e290,
  8.9e307,
  2 ** 1023,
  Number.MAX_VALUE / 2,
  1.7976931348623155e308,
  Number.MAX_VALUE,
  Infinity,
];
export const edgeDoubles: readonly number[] = [...positiveEdges, ...positiveEdges.map(x => -x), NaN];

const view = new DataView(new ArrayBuffer(8));

/** Doubles of every kind: any bits, everyday sizes, integers, edges. */
export function anyDouble(random: () => number): number {
  const kind = random();
  const sign = random() < 0.5 ? -1 : 1;
  if (kind < 0.35) {
    view.setUint32(0, random() * 2 ** 32);
    view.setUint32(4, random() * 2 ** 32);
    return view.getFloat64(0);
  }
  if (kind < 0.6) return sign * random() * 10 ** Math.floor(random() * 12 - 4);
  if (kind < 0.75) return sign * Math.floor(random() * 2 ** Math.floor(random() * 54));
  if (kind < 0.85) return sign * Math.floor(random() * 200) * 0.5;
  return edgeDoubles[Math.floor(random() * edgeDoubles.length)]!;
}

export function repeat<T>(times: number, make: () => T): T[] {
  return Array.from({ length: times }, make);
}

/** Text that PostgreSQL reads as this very double; `String(-0)` would lose its sign. */
export const floatText = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));

export async function databaseWithKernels(zones: readonly string[] = []): Promise<TestDatabase> {
  const database = await testDatabase();
  for (const statement of kernelDdl(zones)) await database.pool.query(statement);
  return database;
}

type Scalar = string | number | boolean | bigint | null;

interface Comparison<Row extends Scalar[]> {
  /** Over the columns `a`, `b`, `c` …, one for each entry of `types`. */
  readonly sql: string;
  readonly types: readonly string[];
  readonly rows: readonly Readonly<Row>[];
  readonly js: (...row: Readonly<Row>) => Scalar;
}

/** Runs both sides over all rows and expects the same value from each, to the last bit. */
export async function expectAgreement<Row extends Scalar[]>(pool: pg.Pool, comparison: Comparison<Row>) {
  const { sql, types, rows, js } = comparison;
  const names = types.map((_, index) => 'abcdef'[index]!);
  const parameters = types.map((_, index) => rows.map(row => toText(row[index]!)));
  const casts = types.map((type, index) => `r.${names[index]!}::${type} as ${names[index]!}`);
  const answer = await pool.query<[string | null]>({
    text: `select (${sql})::text from (
      select ${casts.join(', ')} from unnest(${types.map((_, i) => `$${i + 1}::text[]`).join(', ')})
        with ordinality as r(${names.join(', ')}, place) order by place offset 0) as t`,
    values: parameters,
    rowMode: 'array',
  });
  const different: string[] = [];
  for (const [index, row] of rows.entries()) {
    const ours = js(...row);
    const theirs = fromText(answer.rows[index]![0], ours);
    if (!Object.is(ours, theirs))
      different.push(`(${row.map(String).join(', ')}): js ${show(ours)}, sql ${show(theirs)}`);
  }
  expect(different.slice(0, 5), `${sql}: ${different.length} of ${rows.length} differ; seed ${seed}`).toEqual(
    [],
  );
}

const show = (value: Scalar): string =>
  typeof value === 'number' ? floatText(value) : JSON.stringify(String(value));

function toText(value: Scalar): string | null {
  if (value === null) return null;
  return typeof value === 'number' ? floatText(value) : String(value);
}

/** What SQL said, in the type of what JavaScript said. */
function fromText(text: string | null, like: Scalar): Scalar {
  if (text === null) return null;
  if (typeof like === 'number') return Number(text);
  if (typeof like === 'bigint') return BigInt(text);
  if (typeof like === 'boolean') return text === 'true';
  return text;
}
