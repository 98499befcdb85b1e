import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  bigint,
  decimal,
  describeColumn,
  enumOf,
  int,
  timestamp,
  uuid,
  wireSchema,
} from '../../dsl/index.ts';
import type { ScalarType, SourceColumn } from '../../generator/ir/index.ts';
import { isStorableText } from '../../kernels/text.ts';
import { JsonScanner } from '../../runtime/abi.ts';
import { Engine, Refusal } from '../../runtime/index.ts';
import type { StreamModule } from '../../runtime/index.ts';
import { loadProgram } from './support/load.ts';
import { program, stream } from './support/plan.ts';
import { Random } from './support/random.ts';

const shape = {
  id: int(),
  positive: z.int().min(1).max(100).nullable(),
  big: bigint().nullable(),
  price: decimal(10, 2),
  exact: decimal(15, 0).nullable(),
  score: z.number().gt(-10).lt(1e6).nullable(),
  name: z.string().min(1).max(8),
  code: z
    .string()
    .regex(/^[A-Z]+$/)
    .nullable(),
  kind: z.enum(['click', 'view']),
  lax: enumOf(['a', 'b'], { other: null }),
  flag: z.boolean().nullable(),
  ref: uuid().nullable(),
  at: timestamp(),
  seen: timestamp({ unit: 'ms' }).nullable(),
  'odd name': z.string().nullable(),
};

const columns = Object.entries(shape).map(([name, schema]): SourceColumn => {
  const described = describeColumn(schema);
  if ('problem' in described) throw new Error(described.problem);
  const { type, nullable, checks } = described;
  const unit = type.kind === 'timestamp' ? type.unit : 'us';
  const other = type.kind === 'enum' ? type.other : 'refuse';
  return { name, type: type as ScalarType, nullable, wire: { unit, other, checks } };
});

const source = stream('records', columns);
const loaded = await loadProgram(program({ sources: [source] }));
const module = loaded.sources[0] as StreamModule<Record<string, unknown>>;
const schema = wireSchema(shape);

const good: Record<keyof typeof shape, readonly unknown[]> = {
  id: [1, 0, -5, 9007199254740991],
  positive: [1, 100, 50, null],
  big: [1, '12', '-9223372036854775808', '9223372036854775807', null, 123456789012345],
  price: [1, '1.50', 12.34, '-0.01', '99999999.99', '1e2', 0],
  exact: [999999999999999, '1', null],
  score: [0.1, -9.99, 1e-7, 123456.789, null, 0],
  name: ['a', 'abcdefgh', 'é', '\u{1f600}', 'with"quote', 'new\nline'],
  code: ['ABC', null],
  kind: ['click', 'view'],
  lax: ['a', 'b', 'other', null],
  flag: [true, false, null],
  ref: ['00000000-0000-4000-8000-00000000000A', null],
  at: [
    '2024-05-01T12:00:00Z',
    '2024-05-01T12:00:00.123456Z',
    '2024-02-29T23:59:59.9+02:00',
    1714564800000000,
    '1700-01-01T00:00:00Z',
  ],
  seen: [1714564800123, '2024-05-01 12:00:00.5Z', null, 0],
  'odd name': ['x', null],
};
const odd: readonly unknown[] = [
  undefined,
  null,
  '',
  0,
  -0,
  1.5,
  1e21,
  1e-7,
  9007199254740992,
  '9223372036854775808',
  '1.234',
  '1.230',
  ' 1',
  '+1',
  '.5',
  '5.',
  'abc',
  'NaN',
  true,
  [],
  {},
  [1],
  { a: 1 },
  'a\0b',
  '\ud800',
  '2024-02-30T00:00:00Z',
  '2024-05-01T24:00:00Z',
  '2024-05-01',
  '1699-12-31T23:59:59.999999Z',
  '2250-01-01T00:00:00Z',
  '2024-05-01T12:00:00.1234567Z',
  '2024-05-01T12:00:00.1234560Z',
  9.3e15,
  '00000000-0000-4000-8000-00000000000',
  '-0',
  '1e400',
  101,
  -10,
  1e6,
  'abcdefghi',
];

function randomRecord(random: Random): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  const spoiled = random.chance(0.6) ? random.pick(Object.keys(shape)) : null;
  const names = Object.keys(shape);
  if (random.chance(0.3)) names.sort(() => random.next() - 0.5);
  if (random.chance(0.2)) names.splice(random.below(names.length), 0, 'unknown');
  for (const name of names) {
    const value =
      name === 'unknown'
        ? random.pick(odd)
        : name === spoiled
          ? random.pick(odd)
          : random.pick(good[name as keyof typeof shape]);
    if (value !== undefined) record[name] = value;
  }
  return record;
}

/** zod's verdict, rule 21 on top, and −0 as 0. */
function expected(value: unknown): Record<string, unknown> | null {
  const parsed = schema.safeParse(value);
  if (!parsed.success) return null;
  const row = { ...parsed.data } as Record<string, unknown>;
  for (const [name, cell] of Object.entries(row)) {
    if (typeof cell === 'string' && !isStorableText(cell)) return null;
    if (cell === 0) row[name] = 0;
  }
  return row;
}

function decode(value: unknown): Record<string, unknown> | null {
  const row = module.createRow();
  const refusal = module.decode(value, row);
  if (refusal !== null) expect(refusal).toBeInstanceOf(Refusal);
  return refusal === null ? { ...row } : null;
}

const encoder = new TextEncoder();

describe('a generated decoder', () => {
  it('agrees with zod about every value in every column', () => {
    const base = Object.fromEntries(Object.entries(good).map(([name, values]) => [name, values[0]]));
    for (const name of Object.keys(shape)) {
      for (const value of [...odd, ...good[name as keyof typeof shape]]) {
        const record: Record<string, unknown> = { ...base, [name]: value };
        if (value === undefined) delete record[name];
        expect(decode(record), `${name}: ${JSON.stringify(value)}`).toEqual(expected(record));
      }
    }
    for (const value of odd) expect(decode(value)).toEqual(null);
  });

  it('agrees with zod about random records, parsed and in bytes', () => {
    const seed = 20240501;
    const random = new Random(seed);
    const scanner = new JsonScanner();
    let scanned = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const record = randomRecord(random);
      const text = JSON.stringify(record);
      const json: unknown = JSON.parse(text);
      const wanted = expected(json);
      expect(decode(json), `seed ${seed}: ${text}`).toEqual(wanted);
      const row = module.createRow();
      const spaced = random.chance(0.2)
        ? JSON.stringify(record).replaceAll(',"', ', "').replaceAll('":', '": ')
        : text;
      const bytes = encoder.encode(spaced);
      if (scanner.begin(bytes) && module.scan(scanner, row)) {
        scanned += 1;
        expect({ ...row }, `seed ${seed}, scanned: ${spaced}`).toEqual(wanted);
      }
    }
    expect(scanned).toBeGreaterThan(300);
  });

  it('never takes damaged bytes for a record', () => {
    const seed = 99;
    const random = new Random(seed);
    const scanner = new JsonScanner();
    const row = module.createRow();
    for (let i = 0; i < 20_000; i += 1) {
      const bytes = encoder.encode(JSON.stringify(randomRecord(random)));
      bytes[random.below(bytes.length)] = random.pick([
        34, 44, 45, 46, 48, 57, 58, 65, 92, 101, 123, 125, 200, 0, 32,
      ]);
      const cut = random.chance(0.2) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      if (!scanner.begin(cut) || !module.scan(scanner, row)) continue;
      const text = new TextDecoder().decode(cut);
      expect({ ...row }, `seed ${seed}: ${text}`).toEqual(expected(JSON.parse(text)));
    }
  });

  it('keeps every digit of what JSON.parse would round', () => {
    const engine = new Engine(loaded);
    const record = (cells: string): Uint8Array =>
      encoder.encode(`{"id":1,"price":"1","name":"a","kind":"view","lax":null,"at":0,${cells}}`);
    const read = (cells: string): unknown => {
      const verdict = engine.ingest({
        source: 'records',
        partition: 0,
        offset: offset++,
        arrivedAt: 0,
        value: record(cells),
      });
      return verdict.kind === 'refused' ? `${verdict.reason} ${verdict.column}` : verdict.kind;
    };
    let offset = 0;
    expect(read('"big":9223372036854775807')).toBe('counted');
    expect(read('"big":9223372036854775808')).toBe('out-of-range big');
    expect(read('"big":1.5')).toBe('out-of-range big');
    expect(read('"exact":1.00000000000000001')).toBe('too-many-digits exact');
    expect(read('"exact":1.00000000000000000')).toBe('counted');
    expect(read('"id":9007199254740993')).toBe('out-of-range id');
    expect(read('"score":0.1000000000000000055511151231257827')).toBe('counted');
    expect(read('"name":"\\ue000s",  "score":0.12345678901234567')).toBe('counted');
    expect(
      engine.ingest({
        source: 'records',
        partition: 0,
        offset,
        arrivedAt: 0,
        value: encoder.encode('{"id":'),
      }),
    ).toMatchObject({
      kind: 'refused',
      reason: 'not-json',
      position: { source: 'records', topic: 0, epoch: 0, partition: 0, offset },
    });
  });
});
