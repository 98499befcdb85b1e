// Control path: the schema that Kafka Connect's JsonConverter writes beside a payload.
import { readObject } from '../decode/cells.ts';

/** What a schema says of one field, beyond JSON's own types. */
export interface ConnectField {
  /** Its meaning, as `io.debezium.time.MicroTimestamp`. */
  readonly name: string;
  /** As written; of `org.apache.kafka.connect.data.Decimal` its scale. */
  readonly scale: unknown;
}

/** The fields of a struct that have a meaning of their own, by column name. */
export type ConnectFields = ReadonlyMap<string, ConnectField>;

const none: ConnectFields = new Map();

/** A JSON value apart from its schema: `{ schema, payload }`, or the value alone. */
export function unwrap(value: unknown): { readonly payload: unknown; readonly schema: unknown } {
  const wrapped = readObject(value);
  const isWrapped =
    wrapped !== null && wrapped['op'] === undefined && 'payload' in wrapped && 'schema' in wrapped;
  return isWrapped
    ? { payload: wrapped['payload'], schema: wrapped['schema'] }
    : { payload: value, schema: null };
}

/** @param schema of a struct, of a key for instance; what is no such schema says nothing */
export function fieldsOf(schema: unknown): ConnectFields {
  const fields = memberFields(schema);
  if (fields.length === 0) return none;
  const found = new Map<string, ConnectField>();
  for (const member of fields) {
    const field = readObject(member);
    if (field === null || typeof field['field'] !== 'string' || typeof field['name'] !== 'string') continue;
    found.set(field['field'], {
      name: field['name'],
      scale: readObject(field['parameters'])?.['scale'] ?? null,
    });
  }
  return found;
}

/** The fields of a row image, from the envelope's schema. */
export function imageFieldsOf(schema: unknown, image: 'before' | 'after'): ConnectFields {
  return fieldsOf(memberFields(schema).find(member => readObject(member)?.['field'] === image));
}

function memberFields(schema: unknown): readonly unknown[] {
  const fields: unknown = readObject(schema)?.['fields'];
  return Array.isArray(fields) ? (fields as readonly unknown[]) : [];
}
