import { z } from 'zod';
import { isStorableText } from '../kernels/text.ts';

/** What a column holds, read off its zod schema. The wire's own ways stand in `wire`. */
export type ColumnType =
  | { readonly kind: 'int' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'double' }
  | { readonly kind: 'text' }
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly other: 'refuse' | 'null' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'timestamp'; readonly unit: 's' | 'ms' | 'us' };

/** A check that the generated decoder makes as zod would. */
export type ColumnCheck =
  | { readonly kind: 'minimum' | 'maximum'; readonly value: number; readonly inclusive: boolean }
  | { readonly kind: 'min-length' | 'max-length'; readonly value: number }
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string };

export interface ColumnDescription {
  readonly type: ColumnType;
  /** A nullable column may be null or missing on the wire. */
  readonly nullable: boolean;
  readonly checks: readonly ColumnCheck[];
}

/**
 * A column's schema as authors see it: what it yields (`O`), what it takes on the wire (`I`), and `.nullable()`.
 * It is a zod schema in full; the type says no more, since comparing zod's classes costs seconds of checking.
 */
export interface ColumnSchema<O, I> extends z.core.$ZodType<O, I> {
  nullable(): ColumnSchema<O | null, I | null>;
}

/** The types of the schemas that `int()` and its like make; zod's own are read off their definitions. */
const ours = new WeakMap<z.core.$ZodType, ColumnType>();

export function remember<O, I>(schema: z.core.$ZodType<O, I>, type: ColumnType): ColumnSchema<O, I> {
  ours.set(schema, type);
  return schema as ColumnSchema<O, I>;
}

/**
 * Describes a column's schema.
 * @returns the description, or in words what about the schema skewless has no column for.
 */
export function describeColumn(schema: z.core.$ZodType): ColumnDescription | { readonly problem: string } {
  let inner = schema;
  let nullable = false;
  while (inner instanceof z.ZodNullable || inner instanceof z.ZodOptional) {
    nullable = true;
    inner = inner.def.innerType;
  }
  const type = ours.get(inner) ?? zodType(inner);
  if ('problem' in type) return type;
  const problem = type.kind === 'enum' ? enumProblem(type.values) : null;
  if (problem !== null) return { problem };
  if (type.kind === 'enum' && type.other === 'null') nullable = true;
  const checks: ColumnCheck[] = [];
  for (const def of ours.has(inner) ? [] : checksOf(inner)) {
    const described = describeCheck(def);
    if ('problem' in described) return described;
    checks.push(...described);
  }
  return { type, nullable, checks };
}

function zodType(schema: z.core.$ZodType): ColumnType | { readonly problem: string } {
  if (schema instanceof z.ZodNumberFormat) {
    const { format } = schema._zod.def;
    return { kind: format === 'safeint' || format === 'int32' || format === 'uint32' ? 'int' : 'double' };
  }
  if (schema instanceof z.ZodNumber) {
    const whole = (schema.def.checks ?? []).some(check => check._zod.def.check === 'number_format');
    return whole ? { kind: 'int' } : { kind: 'double' };
  }
  if (schema instanceof z.ZodUUID || schema instanceof z.ZodGUID)
    return { problem: 'a z.uuid(), whose letters may be of either case: use uuid() of skewless' };
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return { kind: 'text' };
  if (schema instanceof z.ZodBoolean) return { kind: 'boolean' };
  if (schema instanceof z.ZodEnum) {
    const values = Object.values(schema.def.entries);
    if (values.every(value => typeof value === 'string')) return { kind: 'enum', values, other: 'refuse' };
    return { problem: 'an enum with numeric values: use int(), or an enum of strings' };
  }
  if (schema instanceof z.ZodLiteral && schema.def.values.every(value => typeof value === 'string')) {
    return { kind: 'enum', values: schema.def.values as string[], other: 'refuse' };
  }
  if (schema instanceof z.ZodBigInt)
    return { problem: 'a z.bigint(), which JSON cannot hold: use bigint() of skewless' };
  if (schema instanceof z.ZodDate)
    return { problem: 'a z.date(), which loses microseconds: use timestamp() of skewless' };
  return {
    problem:
      `of zod’s type ${schema._zod.def.type}, for which there is no column: use int(), bigint(), decimal(p, s), z.number(), z.string(), ` +
      `z.enum([…]), enumOf([…], { other: null }), z.boolean(), uuid() or timestamp(), each with .nullable() where it may be missing`,
  };
}

/** What is wrong with an enum, in words. */
function enumProblem(values: readonly string[]): string | null {
  if (values.length === 0) return 'an enum without values, which no row could have';
  const unstorable = values.find(value => !isStorableText(value));
  if (unstorable === undefined) return null;
  return `an enum with the value ${JSON.stringify(unstorable)}, whose NUL or half of a surrogate pair PostgreSQL cannot hold`;
}

type CheckDef = z.core.$ZodCheckDef & Readonly<Record<string, unknown>>;

/** The checks of a schema: those added to it, and the one that a format such as `z.int32()` or `z.email()` is. */
function checksOf(schema: z.core.$ZodType): CheckDef[] {
  const own =
    schema instanceof z.ZodNumberFormat || schema instanceof z.ZodStringFormat ? [schema._zod.def] : [];
  const added = (schema._zod.def.checks ?? []).map(check => check._zod.def);
  return [...own, ...added] as unknown as CheckDef[];
}

function describeCheck(def: CheckDef): readonly ColumnCheck[] | { readonly problem: string } {
  switch (def.check) {
    case 'number_format':
      return formatBounds(String(def['format']));
    case 'greater_than':
      return [{ kind: 'minimum', value: Number(def['value']), inclusive: def['inclusive'] === true }];
    case 'less_than':
      return [{ kind: 'maximum', value: Number(def['value']), inclusive: def['inclusive'] === true }];
    case 'min_length':
      return [{ kind: 'min-length', value: Number(def['minimum']) }];
    case 'max_length':
      return [{ kind: 'max-length', value: Number(def['maximum']) }];
    case 'string_format':
      if (def['pattern'] instanceof RegExp)
        return [{ kind: 'pattern', source: def['pattern'].source, flags: def['pattern'].flags }];
  }
  return {
    problem: `under the check ${String(def.check)}, which skewless cannot make on the wire: test the value in a lambda instead`,
  };
}

/** The bounds of zod's number formats, as zod has them; a safe integer's are those of every int column. */
function formatBounds(format: string): readonly ColumnCheck[] {
  const bounds = z.core.util.NUMBER_FORMAT_RANGES[format as 'int32' | 'uint32' | 'float32'];
  if (bounds === undefined || format === 'safeint') return [];
  const [least, most] = bounds;
  return [
    { kind: 'minimum', value: least, inclusive: true },
    { kind: 'maximum', value: most, inclusive: true },
  ];
}
