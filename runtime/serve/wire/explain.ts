// Control path: zod's verdict on a request, for those that the check by hand does not pass.
import { z } from 'zod';
import { ServeError } from '../errors.ts';
import type { Served } from '../plan.ts';
import { bodyFormOf } from './body-form.ts';
import { instantSchema, keySchema } from './input-schema.ts';
import { refusalOf } from './refusal.ts';
import type { WireRequest } from './request-reader.ts';

/** Reads a body by zod. @throws ServeError where zod refuses it. `query`: it stood in a query. */
export type Explain = (body: unknown, query?: boolean) => WireRequest;

export function explainer(served: Served, maxKeys: number): Explain {
  const { kind, name, inputs } = served;
  const { one, many } = bodyFormOf(kind);
  const key = keySchema(inputs);
  const schema = z.strictObject({
    [one]: key.optional(),
    [many]: z.array(key).max(maxKeys).optional(),
    as_of: instantSchema.nullish(),
  });

  return (body, query = false) => {
    const given = isObject(body) ? body : {};
    const list = given[many];
    // Not by zod, which would look at each of them first.
    if (Array.isArray(list) && list.length > maxKeys) {
      const hint = `ask for at most ${maxKeys} in one request`;
      throw new ServeError('too_many_keys', `${many} holds ${list.length}`, { path: many, hint });
    }
    const result = schema.safeParse(body);
    if (!result.success) {
      const { issues } = result.error;
      // A name that is wrong is the reason why another is missing.
      const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
      throw refusalOf(served, body, first, query);
    }
    if ((given[one] === undefined) === (list === undefined)) {
      throw new ServeError('invalid_request', `the body must have either ${one} or ${many}`, {
        hint: `write { "${one}": { ${inputs.map(each => `"${each.name}": …`).join(', ')} } }`,
      });
    }
    const data = result.data as Record<string, unknown>;
    const keys = (data[many] ?? [data[one]]) as WireRequest['request']['keys'];
    const at = data['as_of'] as number | null | undefined;
    return {
      request: at == null ? { kind, name, keys } : { kind, name, keys, at },
      single: list === undefined,
    };
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
