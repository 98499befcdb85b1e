import { suggestion } from '../../kernels/nearest.ts';
import type { Scalar } from '../../runtime/history/values.ts';
import type { ServedInput, ServedScalar } from '../../runtime/serve/plan.ts';
import { scalarReader } from '../../runtime/serve/wire/scalar-reader.ts';
import { Failure } from '../failure.ts';

/**
 * `name=value`, each as its input takes it; `name=` is null where that may be.
 * @throws Failure
 */
export function inputsOf(
  given: readonly string[],
  inputs: readonly ServedInput[],
): ReadonlyMap<string, Scalar | null> {
  const values = new Map<string, Scalar | null>();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) throw new Failure(`--with ${text}: write name=value`);
    const name = text.slice(0, at);
    const input = inputs.find(each => each.name === name);
    if (input === undefined) {
      const hint = suggestion(
        name,
        inputs.map(each => each.name),
      );
      throw new Failure(`--with ${text}: there is no input '${name}'${hint === null ? '' : `: ${hint}`}`);
    }
    if (values.has(name)) throw new Failure(`--with ${text}: ${name} is given twice`);
    values.set(name, valueOf(text, text.slice(at + 1), input));
  }
  return values;
}

function valueOf(given: string, text: string, { type, nullable }: ServedInput): Scalar | null {
  if (text === '' && nullable) return null;
  const value = scalarReader(type)(asJson(text, type));
  if (value === undefined) throw new Failure(`--with ${given}: ${whyNot(text, type)}`);
  return value;
}

function whyNot(text: string, type: ServedScalar): string {
  if (type.kind !== 'enum') return `'${text}' is no ${type.kind}`;
  const hint = suggestion(text, type.values);
  return `'${text}' is none of its values${hint === null ? '' : `: ${hint}`}`;
}

/** Text on a command line, as JSON would have it. */
function asJson(text: string, { kind }: ServedScalar): unknown {
  switch (kind) {
    case 'int':
    case 'double':
      return text.trim() === '' ? undefined : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return text;
  }
}
