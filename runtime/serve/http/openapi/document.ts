import { STATUS } from '../../errors.ts';
import type { Served, ServingPlan } from '../../plan.ts';
import { readPath } from './read-path.ts';
import { keySchema, valuesSchema } from './schemas.ts';
import type { Schema } from './schemas.ts';
import { servicePaths } from './service-paths.ts';

export interface DocumentOptions {
  /** A token is asked for. */
  readonly secured: boolean;
  readonly maxKeys: number;
}

/** The whole interface as OpenAPI 3.1: a path for each group and vector, with their types and their docs. */
export function openApiDocument(plan: ServingPlan, options: DocumentOptions): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Features',
      version: plan.fingerprint,
      description:
        'Reads of features, exact at their instant. A key never seen has the values of no events; it is no error. ' +
        '`bigint` values are strings of digits, instants are ISO 8601 in UTC with six digits of fraction.',
    },
    servers: [{ url: '/' }],
    ...(options.secured ? { security: [{ token: [] }] } : {}),
    tags: [
      { name: 'groups', description: 'The features of one entity.' },
      { name: 'vectors', description: 'What a model takes.' },
      { name: 'service', description: 'The service itself.' },
    ],
    paths: {
      ...Object.fromEntries(
        plan.served.map(served => [`/v1/${served.kind}s/${served.name}`, readPath(served, options.maxKeys)]),
      ),
      ...servicePaths(),
    },
    components: {
      schemas: { frontier: FRONTIER, error: ERROR, ...Object.fromEntries(plan.served.flatMap(schemasOf)) },
      ...(options.secured ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
}

function schemasOf(served: Served): [string, Schema][] {
  const name = served.name;
  return [
    [`${name}.${served.kind === 'group' ? 'key' : 'request'}`, keySchema(served)],
    [`${name}.values`, valuesSchema(served)],
  ];
}

const FRONTIER: Schema = {
  type: 'array',
  description:
    'What the answer knew: of every partition the offset of the next record it would have taken in.',
  items: {
    type: 'object',
    properties: {
      source: { type: 'string' },
      topic: { type: 'integer', description: 'Its place in the source’s list of topics.' },
      epoch: { type: 'integer' },
      partition: { type: 'integer' },
      next_offset: { type: 'integer' },
    },
    required: ['source', 'topic', 'epoch', 'partition', 'next_offset'],
    additionalProperties: false,
  },
  examples: [[{ source: 'flights', topic: 0, epoch: 0, partition: 0, next_offset: 1200 }]],
};

const ERROR: Schema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', enum: Object.keys(STATUS) },
        message: { type: 'string', description: 'What is wrong, for people.' },
        path: { type: 'string', description: 'Where in the request: `keys[3].user_id`.' },
        hint: { type: 'string', description: 'What to write or to do instead.' },
      },
      required: ['code', 'message'],
      additionalProperties: false,
    },
  },
  required: ['error'],
  additionalProperties: false,
};
