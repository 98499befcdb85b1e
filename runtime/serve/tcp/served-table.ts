// Control path: what a server tells at the start of a connection of what it serves.
import { z } from 'zod';
import type { Served, ServedFeature, ServedInput, ServingPlan } from '../plan.ts';
import { ProtocolError } from './protocol.ts';

/** As JSON. A group or vector is known by its place in the table; docs stay at home. */
export function servedTableText({ served }: ServingPlan): string {
  const input = ({ name, type, nullable }: ServedInput): object => ({ name, type, nullable });
  const feature = ({ name, type, nullable, fingerprint, version }: ServedFeature): object => ({
    name,
    type,
    nullable,
    fingerprint,
    version,
  });
  return JSON.stringify(
    served.map(({ kind, name, fingerprint, inputs, features }) => ({
      kind,
      name,
      fingerprint,
      inputs: inputs.map(input),
      features: features.map(feature),
    })),
  );
}

const doc = z.null().default(null);
const scalar = z.union([
  z.object({ kind: z.enum(['int', 'bigint', 'double', 'text', 'uuid', 'boolean', 'timestamp']) }),
  z.object({ kind: z.literal('decimal'), precision: z.int(), scale: z.int() }),
  z.object({ kind: z.literal('enum'), values: z.array(z.string()) }),
]);
const table: z.ZodType<Served[]> = z.array(
  z.object({
    kind: z.enum(['group', 'vector']),
    name: z.string(),
    doc,
    owner: doc,
    fingerprint: z.string(),
    inputs: z.array(z.object({ name: z.string(), type: scalar, nullable: z.boolean(), doc })),
    features: z.array(
      z.object({
        name: z.string(),
        type: z.union([scalar, z.object({ kind: z.literal('list'), of: scalar })]),
        nullable: z.boolean(),
        doc,
        fingerprint: z.string(),
        version: z.int(),
      }),
    ),
  }),
);

/** @throws ProtocolError where it is none */
export function readServedTable(text: string): readonly Served[] {
  try {
    return table.parse(JSON.parse(text));
  } catch {
    throw new ProtocolError('the table of what is served cannot be read');
  }
}
