// The parts that the schema is built of. Each says what it expects in words, and what it was given.
import { z } from 'zod';
import { suggestion } from '../../kernels/nearest.ts';
import { given } from './problems.ts';

/** Left out too: what becomes of that is for each part to say. */
const anything = z.unknown().optional();

interface Layer {
  readonly of: z.ZodType;
  /** `*`: under a name of the author's; null: in the same place. */
  readonly key: '*' | null;
}

/** What stands inside of a schema that hides it. */
const layers = new WeakMap<z.ZodType, Layer>();

/** Says what stands inside of `schema`. */
export function around<S extends z.ZodType>(of: z.ZodType, schema: S, key: Layer['key'] = null): S {
  layers.set(schema, { of, key });
  return schema;
}

/** The paths of all keys in a schema, sections and their keys: `['serve', 'http', 'port']`; `*` is any name. */
export function keyPaths(schema: z.ZodType): string[][] {
  const layer = layers.get(schema);
  if (layer !== undefined) {
    return keyPaths(layer.of).map(path => (layer.key === null ? path : [layer.key, ...path]));
  }
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([key, of]) => [
    [key],
    ...keyPaths(of).map(path => [key, ...path]),
  ]);
}

/** What `read` yields for a value that it does not take. */
export const wrong = Symbol('wrong');

export interface LeafOptions<T> {
  /** For a value that is left out; without it the value is required. */
  readonly otherwise?: T;
  /** Never shown in a message. */
  readonly secret?: boolean;
}

/** A value. @param expected as in `expected a whole number above 0, given 'x'` */
export function leaf<T>(
  expected: string,
  read: (value: unknown) => T | typeof wrong,
  options: LeafOptions<T> = {},
): z.ZodType<T> {
  return anything.transform((value, context): T => {
    if (value === undefined && 'otherwise' in options) return options.otherwise as T;
    const result = value === undefined ? wrong : read(value);
    if (result !== wrong) return result;
    const message =
      value === undefined
        ? `is missing: expected ${expected}`
        : `expected ${expected}, given ${given(value, options.secret)}`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });
}

/** One of some texts; of another the nearest is told. */
export function choice<const T extends string>(
  values: readonly T[],
  options: LeafOptions<T> = {},
): z.ZodType<T> {
  return anything.transform((value, context): T => {
    if (value === undefined && options.otherwise !== undefined) return options.otherwise;
    const found = values.find(each => each === value);
    if (found !== undefined) return found;
    const near = typeof value === 'string' ? suggestion(value, values) : null;
    const expected = values.map(each => `'${each}'`).join(', ');
    const message =
      value === undefined
        ? `is missing: expected one of ${expected}`
        : near?.startsWith('did')
          ? `${given(value)} is none of ${expected}; ${near}`
          : `expected one of ${expected}, given ${given(value)}`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });
}

/** An object of known keys. A key that it does not have is an error that names the nearest it has. */
export function section<Shape extends Readonly<Record<string, z.ZodType>>>(
  shape: Shape,
): z.ZodObject<{ -readonly [K in keyof Shape]: Shape[K] }, z.core.$strict> {
  return z.strictObject(shape, {
    error: issue => {
      if (issue.code === 'invalid_type') return `expected an object, given ${given(issue.input)}`;
      return undefined;
    },
  });
}

/** A section that may be left out, and is null then. */
export function optional<T>(of: z.ZodType<T>): z.ZodType<T | null> {
  const schema = anything.transform((value, context) =>
    value === undefined ? null : within(of, value, context),
  );
  return around(of, schema);
}

/** A section that may be false, and is null then; `true` and leaving it out stand for its defaults. */
export function orFalse<T>(of: z.ZodType<T>, otherwise: boolean): z.ZodType<T | null> {
  const schema = anything.transform((value, context) => {
    const chosen = value === undefined ? otherwise : value;
    if (chosen === false) return null;
    if (chosen !== true && !isObject(chosen)) {
      const message = `expected an object, true or false, given ${given(chosen)}`;
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    }
    return within(of, chosen === true ? {} : chosen, context);
  });
  return around(of, schema);
}

/** A section that may be left out, and has its defaults then. */
export function withDefaults<T>(of: z.ZodType<T>): z.ZodType<T> {
  return around(
    of,
    anything.transform((value, context) => within(of, value === undefined ? {} : value, context)),
  );
}

/** Values by names of the author's. */
export function byName<T>(of: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> {
  const schema = anything.transform((value, context) => {
    if (value === undefined) return {};
    if (!isObject(value)) {
      context.issues.push({
        code: 'custom',
        message: `expected an object, given ${given(value)}`,
        input: value,
      });
      return z.NEVER;
    }
    const entries = Object.entries(value).map(([name, each]) => [name, within(of, each, context, name)]);
    return Object.fromEntries(entries) as Record<string, T>;
  });
  return around(of, schema, '*');
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses `value` and passes on what is wrong with it. */
function within<T>(of: z.ZodType<T>, value: unknown, context: z.RefinementCtx, ...path: PropertyKey[]): T {
  const result = of.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    context.issues.push({ ...issue, path: [...path, ...issue.path], input: value } as z.core.$ZodRawIssue);
  }
  return z.NEVER;
}
