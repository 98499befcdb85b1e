import { bigint, decimal, describeColumn, enumOf, int, timestamp, uuid, wireSchema } from 'skewless';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const described = (schema: z.core.$ZodType): unknown => describeColumn(schema);

describe('a column, read off its zod schema', () => {
  it('knows the language’s own types', () => {
    expect(described(int())).toEqual({ type: { kind: 'int' }, nullable: false, checks: [] });
    expect(described(bigint().nullable())).toEqual({ type: { kind: 'bigint' }, nullable: true, checks: [] });
    expect(described(decimal(10, 2))).toMatchObject({ type: { kind: 'decimal', precision: 10, scale: 2 } });
    expect(described(uuid())).toMatchObject({ type: { kind: 'uuid' } });
    expect(described(timestamp({ unit: 'ms' }))).toMatchObject({ type: { kind: 'timestamp', unit: 'ms' } });
    expect(described(enumOf(['a', 'b'], { other: null }))).toMatchObject({
      type: { kind: 'enum', values: ['a', 'b'], other: 'null' },
      nullable: true,
    });
  });

  it('knows zod’s, with their checks', () => {
    expect(described(z.number().min(0).lt(9))).toMatchObject({
      type: { kind: 'double' },
      checks: [
        { kind: 'minimum', value: 0, inclusive: true },
        { kind: 'maximum', value: 9, inclusive: false },
      ],
    });
    expect(described(z.int32())).toMatchObject({
      type: { kind: 'int' },
      checks: [
        { kind: 'minimum', value: -2147483648, inclusive: true },
        { kind: 'maximum', value: 2147483647, inclusive: true },
      ],
    });
    expect(described(z.number().int())).toMatchObject({ type: { kind: 'int' }, checks: [] });
    expect(described(z.string().min(1).max(3))).toMatchObject({
      type: { kind: 'text' },
      checks: [
        { kind: 'min-length', value: 1 },
        { kind: 'max-length', value: 3 },
      ],
    });
    expect(described(z.email())).toMatchObject({ type: { kind: 'text' }, checks: [{ kind: 'pattern' }] });
    expect(described(z.literal('x'))).toMatchObject({ type: { kind: 'enum', values: ['x'] } });
  });

  it.each([
    ['z.uuid()', z.uuid(), /uuid\(\) of skewless/],
    ['z.date()', z.date(), /timestamp\(\) of skewless/],
    ['z.bigint()', z.bigint(), /bigint\(\) of skewless/],
    ['an array', z.array(z.string()), /there is no column/],
    ['a refinement', z.string().refine(text => text !== 'x'), /test the value in a lambda/],
    ['a transform', z.string().transform(text => text.length), /there is no column/],
  ])('says of %s what to write instead', (_, schema, problem) => {
    expect(described(schema)).toMatchObject({ problem: expect.stringMatching(problem) });
  });
});

describe('the wire', () => {
  const schema = wireSchema({
    id: bigint(),
    price: decimal(5, 2).nullable(),
    at: timestamp(),
    kind: enumOf(['a'], { other: null }),
  });

  it('takes what it can without loss', () => {
    const row = { id: '9007199254740993', price: '12.50', at: '2024-05-01T12:00:00.123456Z', kind: 'b' };
    expect(schema.parse(row)).toEqual({
      id: 9007199254740993n,
      price: 12.5,
      at: 1714564800123456,
      kind: null,
    });
  });

  it('lets a nullable column be missing, and no other', () => {
    expect(schema.parse({ id: 1, at: 0 })).toEqual({ id: 1n, price: null, at: 0, kind: null });
    expect(schema.safeParse({ id: 1 }).success).toBe(false);
  });

  it.each([
    { id: 2 ** 53, at: 0 },
    { id: '99999999999999999999', at: 0 },
    { id: 1, at: 0, price: '1.005' },
    { id: 1, at: 0, price: '12345.00' },
    { id: 1, at: '2024-05-01T12:00:00' },
    { id: 1, at: '2300-01-01T00:00:00Z' },
  ])('refuses %o', row => {
    expect(schema.safeParse(row).success).toBe(false);
  });
});

describe('decimal', () => {
  it.each([
    [0, 0],
    [16, 2],
    [5, 6],
    [5, -1],
    [2.5, 1],
  ])('refuses decimal(%d, %d)', (precision, scale) => {
    expect(() => decimal(precision, scale)).toThrow(RangeError);
  });
});
