// Hot path: values as JSON text (semantics §5, Types). One closure for each type, made once.
import { formatInstant } from '../../../kernels/instant.ts';
import type { Instant } from '../../../kernels/instant.ts';
import type { Scalar, Value } from '../../engine/value.ts';
import type { ServedScalar, ServedType } from '../plan.ts';

/** JSON of a value that is not null. */
export type ValueText = (value: Exclude<Value, null>) => string;

/** The nearest double's shortest decimal; bigints, instants and text as strings. */
export function valueText(type: ServedType): ValueText {
  if (type.kind !== 'list') return scalarText(type) as ValueText;
  const of = scalarText(type.of);
  return value => {
    const list = value as readonly Scalar[];
    if (list.length === 0) return '[]';
    let text = `[${of(list[0]!)}`;
    for (let i = 1; i < list.length; i += 1) text += `,${of(list[i]!)}`;
    return `${text}]`;
  };
}

function scalarText(type: ServedScalar): (value: Scalar) => string {
  switch (type.kind) {
    case 'int':
    case 'double':
    case 'decimal':
      return numberText;
    case 'boolean':
      return value => (value === true ? 'true' : 'false');
    case 'bigint':
      return value => `"${value}"`;
    case 'timestamp':
      return value => `"${formatInstant(value as Instant)}"`;
    // Nothing in them needs an escape.
    case 'uuid':
      return value => `"${value as string}"`;
    case 'text':
    case 'enum':
      return value => textText(value as string);
  }
}

/**
 * The shortest decimal of a double. JSON has no word for what is not finite; features are finite (rule 6), and should
 * one not be, it is null.
 *
 * Two digits behind the point, which most numbers of people have, are written by themselves, in a third of the time:
 * no two decimals of up to 15 digits have one nearest double, so a hundredth that is this double is its shortest text.
 */
function numberText(value: Scalar): string {
  const number = value as number;
  const hundredths = Math.round(number * 100);
  if (hundredths / 100 !== number || hundredths > MOST_HUNDREDTHS || hundredths < 0)
    return number - number === 0 ? `${number}` : 'null';
  const whole = Math.floor(hundredths / 100);
  const rest = hundredths - whole * 100;
  return rest === 0 ? `${whole}` : `${whole}${HUNDREDTHS[rest]!}`;
}

const MOST_HUNDREDTHS = 999_999_999_999_999;
/** `.05`, `.5`, `.55`. */
const HUNDREDTHS = Array.from({ length: 100 }, (_, rest) => `${rest / 100}`.slice(1));

/** What JSON escapes, and surrogates, which it may have to. */
const SPECIAL = /["\\\u0000-\u001f\ud800-\udfff]/;

function textText(value: string): string {
  return SPECIAL.test(value) ? JSON.stringify(value) : `"${value}"`;
}
