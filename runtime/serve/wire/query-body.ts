import type { Served, ServedScalar } from '../plan.ts';
import { bodyFormOf } from './body-form.ts';

/**
 * The parameters of a query as the body they stand for: `?user_id=5&as_of=…` is `{ key: { user_id: 5 }, as_of }`.
 * What is not written as its type stays text, for the body's check to refuse. An input that is itself called
 * `as_of` has the name here; an instant goes with a body then.
 */
export function queryBody(served: Served, query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const key: Record<string, unknown> = {};
  const { one } = bodyFormOf(served.kind);
  const body: Record<string, unknown> = { [one]: key };
  for (const [name, given] of Object.entries(query)) {
    const input = served.inputs.find(each => each.name === name);
    if (input !== undefined) key[name] = typeof given === 'string' ? fromText(input.type, given) : given;
    else if (name === 'as_of') body['as_of'] = typeof given === 'string' ? instantFromText(given) : given;
    else key[name] = given;
  }
  return body;
}

const WHOLE = /^-?\d+$/;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function fromText(type: ServedScalar, text: string): unknown {
  switch (type.kind) {
    case 'int':
      return WHOLE.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'double':
      return NUMBER.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'timestamp':
      return instantFromText(text);
    // Text of digits is what they take anyhow.
    case 'bigint':
    case 'decimal':
    case 'text':
    case 'uuid':
    case 'enum':
      return text;
  }
}

function instantFromText(text: string): unknown {
  return WHOLE.test(text) ? Number(text) : text;
}
