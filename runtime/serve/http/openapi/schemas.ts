// Types as JSON Schema 2020-12, which is OpenAPI 3.1's.
import { inWords } from '../../wire/in-words.ts';
import type { Served, ServedFeature, ServedInput, ServedScalar, ServedType } from '../../plan.ts';

export type Schema = Readonly<Record<string, unknown>>;

const DIGITS = { type: 'string', pattern: '^-?[0-9]+$' };

/** What an answer holds. */
export function valueSchema(type: ServedType): Schema {
  switch (type.kind) {
    case 'list':
      return { type: 'array', items: valueSchema(type.of) };
    case 'int':
      return { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case 'bigint':
      return { ...DIGITS, format: 'int64' };
    case 'double':
    case 'decimal':
      return { type: 'number' };
    case 'text':
      return { type: 'string' };
    case 'uuid':
      return { type: 'string', format: 'uuid' };
    case 'boolean':
      return { type: 'boolean' };
    case 'enum':
      return { type: 'string', enum: type.values };
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
  }
}

/** What a request may give. */
export function inputSchema(type: ServedScalar): Schema {
  switch (type.kind) {
    case 'bigint':
      return { anyOf: [DIGITS, { type: 'integer' }] };
    case 'decimal':
      return { anyOf: [{ type: 'number' }, { type: 'string' }] };
    case 'timestamp':
      return { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'integer' }] };
    default:
      return valueSchema(type);
  }
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** The key of a group, or the request of a vector. */
export function keySchema({ inputs }: Served): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      inputs.map(input => [input.name, described(input, inputSchema(input.type), inWords(input.type))]),
    ),
    required: inputs.filter(({ nullable }) => !nullable).map(({ name }) => name),
    additionalProperties: false,
    examples: [Object.fromEntries(inputs.map(({ name, type }) => [name, example(type)]))],
  };
}

export function valuesSchema({ doc, features }: Served): Schema {
  return {
    type: 'object',
    ...(doc === null ? {} : { description: doc }),
    properties: Object.fromEntries(
      features.map(feature => [feature.name, described(feature, valueSchema(feature.type), null)]),
    ),
    required: features.map(({ name }) => name),
    additionalProperties: false,
    examples: [Object.fromEntries(features.map(({ name, type }) => [name, example(type)]))],
  };
}

function described(
  { doc, nullable }: ServedInput | ServedFeature,
  schema: Schema,
  words: string | null,
): Schema {
  const description = [doc, words].filter(text => text !== null).join('\n\n');
  const full = nullable ? orNull(schema) : schema;
  return description === '' ? full : { ...full, description };
}

export function example(type: ServedType): unknown {
  switch (type.kind) {
    case 'list':
      return [example(type.of)];
    case 'int':
      return 42;
    case 'bigint':
      return '9007199254740993';
    case 'double':
      return 0.75;
    case 'decimal':
      return Number((12.34).toFixed(Math.min(type.scale, 2))) % 10 ** (type.precision - type.scale);
    case 'text':
      return 'text';
    case 'uuid':
      return '0e2fbd6c-1c5a-4c8e-9f3a-5a8b9d1f7e21';
    case 'boolean':
      return true;
    case 'enum':
      return type.values[0];
    case 'timestamp':
      return '2024-05-01T12:00:00.000000Z';
  }
}
