import type { Read, Value, Values } from './read.ts';

/** A side that does not say what the oracle says. */
export interface Difference {
  readonly side: string;
  readonly read: Read;
  /** The step of the session that made the read. */
  readonly consumed: number;
  readonly feature: string;
  /** undefined: the side has no such feature. */
  readonly expected: Value | undefined;
  readonly actual: Value | undefined;
}

/** Equal to the last bit: `Object.is`, element by element in a list. */
export function isSame(a: Value | undefined, b: Value | undefined): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((element, i) => Object.is(element, b[i]));
}

/** The features that two answers to one read tell differently; another order of features is a difference too. */
export function differingFeatures(expected: Values, actual: Values): string[] {
  const names = Object.keys(expected);
  const others = Object.keys(actual);
  const differing = names.filter(name => !isSame(expected[name], actual[name]));
  const unknown = others.filter(name => !(name in expected));
  const ordered = names.length !== others.length || names.every((name, i) => others[i] === name);
  return ordered || differing.length > 0 || unknown.length > 0
    ? [...differing, ...unknown]
    : names.filter((name, i) => others[i] !== name);
}
