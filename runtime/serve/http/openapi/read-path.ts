import { STATUS } from '../../errors.ts';
import type { ServeCode } from '../../errors.ts';
import type { Served } from '../../plan.ts';
import { MEANING_HEADER } from '../../wire/answer-writer.ts';
import { bodyFormOf } from '../../wire/body-form.ts';
import { inWords, INSTANT_WORDS } from '../../wire/in-words.ts';
import { example, inputSchema, orNull } from './schemas.ts';
import type { Schema } from './schemas.ts';

const AS_OF_WORDS = `Read as of this instant, within the lookback, with what is known now. Left out: now. It is ${INSTANT_WORDS}.`;

const INSTANT_GIVEN: Schema = inputSchema({ kind: 'timestamp' });
const AS_OF: Schema = { ...orNull(INSTANT_GIVEN), description: AS_OF_WORDS };
/** A query has no null. */
const AS_OF_IN_QUERY: Schema = { ...INSTANT_GIVEN, description: AS_OF_WORDS };

const INSTANT: Schema = {
  type: 'string',
  format: 'date-time',
  description: 'The instant the values hold at.',
  examples: ['2024-05-01T12:00:00.000000Z'],
};

/** `/v1/groups/<name>` or `/v1/vectors/<name>`. */
export function readPath(served: Served, maxKeys: number): object {
  const tags = [`${served.kind}s`];
  const described = served.doc === null ? {} : { description: served.doc };
  return {
    get: {
      tags,
      operationId: `get_${served.kind}_${served.name}`,
      summary: `Reads ${served.name} for one ${bodyFormOf(served.kind).one}`,
      ...described,
      parameters: parameters(served),
      responses: responses(served, false),
    },
    post: {
      tags,
      operationId: `read_${served.kind}_${served.name}`,
      summary: `Reads ${served.name} for one ${bodyFormOf(served.kind).one} or many`,
      ...described,
      requestBody: { required: true, content: { 'application/json': body(served, maxKeys) } },
      responses: responses(served, true),
    },
  };
}

function parameters({ inputs }: Served): object[] {
  const keys = inputs.map(({ name, type, nullable, doc }) => ({
    name,
    in: 'query',
    required: !nullable,
    description: [doc, inWords(type)].filter(text => text !== null).join('\n\n'),
    schema: inputSchema(type),
    example: example(type),
  }));
  if (inputs.some(({ name }) => name === 'as_of')) return keys;
  return [
    ...keys,
    { name: 'as_of', in: 'query', required: false, description: AS_OF_WORDS, schema: AS_OF_IN_QUERY },
  ];
}

function body(served: Served, maxKeys: number): object {
  const { one, many } = bodyFormOf(served.kind);
  const key = { $ref: `#/components/schemas/${served.name}.${one}` };
  const example = (members: object): object => ({ value: { ...members } });
  const shown = exampleKey(served);
  return {
    schema: {
      oneOf: [
        object({ [one]: key, as_of: AS_OF }, [one]),
        object({ [many]: { type: 'array', items: key, maxItems: maxKeys }, as_of: AS_OF }, [many]),
      ],
    },
    examples: { [one]: example({ [one]: shown }), [many]: example({ [many]: [shown, shown] }) },
  };
}

function exampleKey({ inputs }: Served): object {
  return Object.fromEntries(inputs.map(({ name, type }) => [name, example(type)]));
}

function responses(served: Served, many: boolean): object {
  const values = { $ref: `#/components/schemas/${served.name}.values` };
  const schema = object(
    {
      at: INSTANT,
      values: many ? { oneOf: [values, { type: 'array', items: values }] } : values,
      frontier: { $ref: '#/components/schemas/frontier' },
      fingerprint: {
        type: 'string',
        description: 'Of the meaning of all these features.',
        const: served.fingerprint,
      },
      meanings: {
        type: 'object',
        description: `Of each feature’s own meaning, for a client whose ${MEANING_HEADER} is another.`,
        additionalProperties: { type: 'string' },
      },
    },
    ['at', 'values', 'frontier', 'fingerprint'],
  );
  const description = many
    ? 'The values: of the one key, or a list of them in the order of the keys.'
    : 'The values of the key.';
  return {
    200: { description, content: { 'application/json': { schema } } },
    ...refusals(many),
  };
}

/** By the code that the example of each has. */
const WHY: Partial<Record<ServeCode, string>> = {
  invalid_key:
    'The request is not as it should be: `bad_json`, `invalid_request`, `invalid_key`, `too_many_keys`, `too_far_back`, `too_far_ahead`.',
  unauthorized: 'The token is missing or another.',
  body_too_large: 'The body is too large.',
  unsupported_media_type: 'The body is not declared as JSON.',
  internal: 'The service failed at this request.',
  unavailable: 'The service is starting or stopping.',
};

function refusals(withBody: boolean): object {
  const schema = { $ref: '#/components/schemas/error' };
  return Object.fromEntries(
    (Object.entries(WHY) as [ServeCode, string][])
      .filter(([code]) => withBody || (code !== 'body_too_large' && code !== 'unsupported_media_type'))
      .map(([code, description]) => [
        STATUS[code],
        {
          description,
          content: { 'application/json': { schema, example: errorExample(code, description) } },
        },
      ]),
  );
}

/** The refusal of a key in full, for its message and path are the most telling. */
function errorExample(code: ServeCode, message: string): object {
  if (code !== 'invalid_key') return { error: { code, message } };
  const path = 'keys[3].user_id';
  const said = `${path} must be ${inWords({ kind: 'int' })}, not the text "abc"`;
  return { error: { code, message: said, path } };
}

function object(properties: Readonly<Record<string, unknown>>, required: readonly string[]): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}
