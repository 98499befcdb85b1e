// Values as the fields of a hash hold them (semantics §5, Types): the shortest decimal that is the number, digits of a
// bigint, `true` and `false`, text as it is, ISO 8601 with six digits and Z, a list as JSON. Null is no field.
import { formatInstant, parseInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import type { WireScalar, WireType } from '../client/plan.ts';
import type { InnerValue } from '../client/transport.ts';
import type { Scalar } from '../engine/value.ts';
import type { ServedScalar, ServedType } from '../serve/plan.ts';

type NotNull = Exclude<InnerValue, null>;

/** What writes values of a type. */
export function storedText(type: ServedType): (value: NotNull) => string {
  switch (type.kind) {
    case 'list':
      return listText(type.of);
    case 'timestamp':
      return value => formatInstant(value as Instant);
    case 'int':
    case 'double':
    case 'decimal':
    case 'bigint':
    case 'boolean':
      return value => `${value as number | bigint | boolean}`;
    case 'text':
    case 'uuid':
    case 'enum':
      return value => value as string;
  }
}

/** As HTTP answers with lists: bigints and instants as strings. */
function listText({ kind }: ServedScalar): (value: NotNull) => string {
  if (kind === 'bigint') return value => JSON.stringify((value as bigint[]).map(String));
  if (kind === 'timestamp') return value => JSON.stringify((value as Instant[]).map(formatInstant));
  return value => JSON.stringify(value);
}

/** What reads them; undefined: the text is none of that type. */
export function storedValue(type: WireType): (text: string) => InnerValue | undefined {
  if (!type.endsWith('[]')) return scalarOf(type as WireScalar);
  const element = elementOf(type.slice(0, -2) as WireScalar);
  return text => {
    const list = jsonOf(text);
    if (!Array.isArray(list)) return undefined;
    const values = list.map(element);
    return values.includes(undefined) ? undefined : (values as Scalar[]);
  };
}

function scalarOf(type: WireScalar): (text: string) => Scalar | undefined {
  switch (type) {
    case 'int':
    case 'double':
    case 'decimal':
      return numberOf;
    case 'bigint':
      return bigintOf;
    case 'boolean':
      return text => (text === 'true' ? true : text === 'false' ? false : undefined);
    case 'timestamp':
      return text => parseInstant(text) ?? undefined;
    case 'text':
    case 'uuid':
    case 'enum':
      return text => text;
  }
}

/** An element of a list, from JSON. */
function elementOf(type: WireScalar): (value: unknown) => Scalar | undefined {
  switch (type) {
    case 'int':
    case 'double':
    case 'decimal':
      return value => (typeof value === 'number' ? value : undefined);
    case 'boolean':
      return value => (typeof value === 'boolean' ? value : undefined);
    case 'bigint':
    case 'timestamp':
    case 'text':
    case 'uuid':
    case 'enum': {
      const read = scalarOf(type);
      return value => (typeof value === 'string' ? read(value) : undefined);
    }
  }
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

function bigintOf(text: string): bigint | undefined {
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
