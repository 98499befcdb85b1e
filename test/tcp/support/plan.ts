import type { Served, ServedScalar, ServingPlan } from '../../../runtime/serve/plan.ts';

const scalars = {
  int: { kind: 'int' },
  bigint: { kind: 'bigint' },
  double: { kind: 'double' },
  text: { kind: 'text' },
  uuid: { kind: 'uuid' },
  boolean: { kind: 'boolean' },
  timestamp: { kind: 'timestamp' },
  decimal: { kind: 'decimal', precision: 12, scale: 2 },
  enum: { kind: 'enum', values: ['red', 'green', 'blue'] },
} as const satisfies Record<string, ServedScalar>;

/** A vector of every type in, and of every type and every list out. */
export const everything: Served = {
  kind: 'vector',
  name: 'everything',
  doc: null,
  owner: null,
  fingerprint: 'e1',
  inputs: Object.entries(scalars).map(([name, type]) => ({ name, type, nullable: true, doc: null })),
  features: [
    ...Object.entries(scalars).map(([name, type]) => ({
      ...{ name, type, nullable: true, doc: null },
      ...{ fingerprint: `${name}-1`, version: 1 },
    })),
    ...Object.entries(scalars).map(([name, of]) => ({
      name: `${name}_list`,
      type: { kind: 'list' as const, of },
      nullable: false,
      doc: null,
      fingerprint: `${name}-2`,
      version: 2,
    })),
  ],
};

/** One key in, the number twice and its text out. */
export const small: Served = {
  kind: 'group',
  name: 'small',
  doc: 'Small.',
  owner: null,
  fingerprint: 's1',
  inputs: [{ name: 'id', type: scalars.int, nullable: false, doc: null }],
  features: [
    { name: 'twice', type: scalars.double, nullable: false, doc: null, fingerprint: 't1', version: 1 },
    { name: 'text', type: scalars.text, nullable: true, doc: null, fingerprint: 'x1', version: 4 },
  ],
};

export const plan: ServingPlan = { abi: 1, fingerprint: 'p1', sources: [], served: [small, everything] };
