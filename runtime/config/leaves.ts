// The kinds of value that a configuration holds.
import { isAbsolute, resolve } from 'node:path';
import type { z } from 'zod';
import { leaf, wrong } from './leaf.ts';
import type { LeafOptions } from './leaf.ts';
import { parseDuration, parseSize, sizeText } from './units.ts';

/** ms. @param otherwise a duration's text, or null: none */
export function duration(otherwise: string | null): z.ZodType<number> {
  return leaf("a duration such as '30s' or '5m'", read(parseDuration), defaultOf(otherwise, parseDuration));
}

/** As `duration`, and null where it is left out. */
export function optionalDuration(): z.ZodType<number | null> {
  return leaf<number | null>("a duration such as '30s' or '5m'", read(parseDuration), { otherwise: null });
}

/** Bytes, at least `least`. */
export function size(otherwise: string, least = 1): z.ZodType<number> {
  return leaf(sizeExpected(least), read(sizeFrom(least)), defaultOf(otherwise, parseSize));
}

export function optionalSize(least = 1): z.ZodType<number | null> {
  return leaf<number | null>(sizeExpected(least), read(sizeFrom(least)), { otherwise: null });
}

function sizeExpected(least: number): string {
  const more = least > 1 ? ` of at least ${sizeText(least)}` : '';
  return `a size such as '64MB' or '4GB'${more}`;
}

function sizeFrom(least: number): (text: string) => number | null {
  return text => {
    const bytes = parseSize(text);
    return bytes === null || bytes < least ? null : bytes;
  };
}

/** Whole, from `least` to `greatest`. */
export function whole(
  otherwise: number,
  least: number,
  greatest = Number.MAX_SAFE_INTEGER,
): z.ZodType<number> {
  const range =
    greatest === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${greatest}`;
  const fits = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= greatest;
  return leaf(`a whole number ${range}`, value => (fits(value) ? value : wrong), { otherwise });
}

export const port = (otherwise: number): z.ZodType<number> => whole(otherwise, 0, 65_535);

export function flag(otherwise: boolean): z.ZodType<boolean> {
  return leaf('true or false', value => (typeof value === 'boolean' ? value : wrong), { otherwise });
}

export function optionalFlag(): z.ZodType<boolean | null> {
  return leaf<boolean | null>('true or false', value => (typeof value === 'boolean' ? value : wrong), {
    otherwise: null,
  });
}

/** Text that is not empty. */
export function text(expected: string, options: LeafOptions<string> = {}): z.ZodType<string> {
  return leaf(expected, nonEmpty, options);
}

export function optionalText(expected: string, options: LeafOptions<null> = {}): z.ZodType<string | null> {
  return leaf<string | null>(expected, nonEmpty, { ...options, otherwise: null });
}

function nonEmpty(value: unknown): string | typeof wrong {
  return typeof value === 'string' && value !== '' ? value : wrong;
}

/** An absolute path. @param root what a relative one is below */
export function path(root: string, expected: string, otherwise?: string): z.ZodType<string> {
  const absolute = (value: string): string => (isAbsolute(value) ? value : resolve(root, value));
  return leaf(
    expected,
    value => (typeof value === 'string' && value !== '' ? absolute(value) : wrong),
    otherwise === undefined ? {} : { otherwise: absolute(otherwise) },
  );
}

const PEM = 'PEM text, or the path of a PEM file';

/** PEM as text, or the absolute path of a file of it. It may be a key, so it is never shown. */
export function pem(root: string): z.ZodType<string | null> {
  return leaf<string | null>(PEM, value => pemFrom(root, value), { otherwise: null, secret: true });
}

/** As `pem`, one or a list. */
export function pems(root: string): z.ZodType<readonly string[] | null> {
  return leaf<readonly string[] | null>(
    `${PEM}, or a list of these`,
    value => {
      const list = (Array.isArray(value) ? value : [value]).map(each => pemFrom(root, each));
      return list.length > 0 && list.every(each => each !== wrong) ? list : wrong;
    },
    { otherwise: null, secret: true },
  );
}

export function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

function pemFrom(root: string, value: unknown): string | typeof wrong {
  // Of bytes that are no PEM a path cannot be meant.
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value).toString();
    return isPem(text) ? text : wrong;
  }
  if (typeof value !== 'string' || value === '') return wrong;
  return isPem(value) || isAbsolute(value) ? value : resolve(root, value);
}

/** A URL of one of some schemes; it may hold a password, so it is never shown. */
export function url(schemes: readonly string[], example: string): z.ZodType<string> {
  return leaf(
    `a URL such as ${example}`,
    value => {
      if (typeof value !== 'string' || !URL.canParse(value)) return wrong;
      return schemes.includes(new URL(value).protocol.slice(0, -1)) ? value : wrong;
    },
    { secret: true },
  );
}

export function names(expected: string): z.ZodType<readonly string[] | null> {
  const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
  return leaf<readonly string[] | null>(
    expected,
    value => (Array.isArray(value) && value.length > 0 && value.every(isName) ? (value as string[]) : wrong),
    { otherwise: null },
  );
}

function read(parse: (text: string) => number | null): (value: unknown) => number | typeof wrong {
  return value => (typeof value === 'string' ? (parse(value) ?? wrong) : wrong);
}

function defaultOf(given: string | null, parse: (text: string) => number | null): LeafOptions<number> {
  return given === null ? {} : { otherwise: parse(given)! };
}
