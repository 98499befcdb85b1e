// Control path: what zod found, in words: where, what should stand there, what stands there instead.
import type { z } from 'zod';
import { suggestion } from '../../../kernels/nearest.ts';
import { WideNumber } from '../../decode/lossless-json.ts';
import { ServeError } from '../errors.ts';
import type { Served, ServedInput } from '../plan.ts';
import { bodyFormOf } from './body-form.ts';
import { INSTANT_WORDS, inWords } from './in-words.ts';

type Path = readonly PropertyKey[];

/** @param query the body stood in a query, where the key's members have no name before them */
export function refusalOf(
  served: Served,
  body: unknown,
  issue: z.core.$ZodIssue,
  query: boolean,
): ServeError {
  const { one, many } = bodyFormOf(served.kind);
  const inKey = issue.path[0] === one || issue.path[0] === many;
  const code = inKey ? 'invalid_key' : 'invalid_request';
  const shown = query && inKey ? issue.path.slice(1) : issue.path;
  if (issue.code === 'unrecognized_keys') {
    const stranger = issue.keys[0]!;
    const names = inKey ? served.inputs.map(({ name }) => name) : [one, many];
    const known = inKey && !query ? names : [...names, 'as_of'];
    const path = pathText([...shown, stranger]);
    return new ServeError(code, `${path} is unknown`, {
      path,
      hint: suggestion(stranger, known) ?? undefined,
    });
  }
  const path = pathText(shown) || 'the body';
  const value = valueAt(body, issue.path);
  const input = inKey ? served.inputs.find(({ name }) => name === issue.path.at(-1)) : undefined;
  const expected = expectedAt(served, issue.path, input);
  const message =
    value === undefined
      ? `${path} is missing: it must be ${expected}`
      : `${path} must be ${expected}, not ${shownValue(value)}`;
  return new ServeError(code, message, { path, hint: hintFor(value, input, query) });
}

function expectedAt(served: Served, path: Path, input: ServedInput | undefined): string {
  const { one, many } = bodyFormOf(served.kind);
  if (path.length === 0) return `a JSON object with ${one} or ${many}`;
  if (path[0] === 'as_of') return INSTANT_WORDS;
  if (input !== undefined) return inWords(input.type);
  const names = served.inputs.map(({ name }) => name).join(', ');
  return path.length === 1 && path[0] === many
    ? `a list of objects with ${names}`
    : `an object with ${names}`;
}

function hintFor(value: unknown, input: ServedInput | undefined, query: boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (input?.type.kind === 'enum') return suggestion(value, input.type.values) ?? undefined;
  return query && / \d\d:\d\d$/.test(value) ? 'in a query, + is written %2B' : undefined;
}

/** `keys[3].user_id`. */
function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

function valueAt(body: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    body,
  );
}

function shownValue(value: unknown): string {
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (Array.isArray(value)) return 'a list';
  if (value instanceof WideNumber) return value.text;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
