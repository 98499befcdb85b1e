import { ts } from 'ts-morph';
import type { Registry, Site } from '../loader/registry.ts';
import { docCommentAbove, docCommentOfValue } from './doc-comment.ts';

/** A place in a record's literal that gives it a member: a property, or a spread that brings it along. */
export interface Giver {
  readonly name: string;
  readonly node: ts.ObjectLiteralElementLike;
  /** Of a spread, the value it spreads. */
  readonly spread: unknown;
}

/**
 * The object literals a declaration's members are written in: of a group or vector its records, else the
 * literal it is, or those among the arguments of the call that made it.
 */
export function recordsOf(declaration: object, registry: Registry): Site[] {
  const records = declaredRecords(declaration) ?? [declaration];
  return records.flatMap(record => {
    const site = registry.siteOf(record);
    if (site === undefined) return [];
    if (ts.isObjectLiteralExpression(site.node)) return [site];
    if (!ts.isCallExpression(site.node) && !ts.isNewExpression(site.node)) return [];
    const literals = (site.node.arguments ?? []).filter(argument => ts.isObjectLiteralExpression(argument));
    return literals.map(node => ({ node }));
  });
}

/** Duck typing: a group has `options.features`, a vector `taken`, and both have `layers`. */
function declaredRecords(declaration: object): object[] | null {
  if (!('layers' in declaration) || !Array.isArray(declaration.layers)) return null;
  const layers = declaration.layers as object[];
  if ('taken' in declaration) return [declaration.taken as object, ...layers];
  const { options } = declaration as { readonly options?: { readonly features?: object } };
  return options?.features === undefined ? layers : [options.features, ...layers];
}

/** Every member a literal gives, in order, those of spreads included. */
export function giversOf({ node, spreads = [] }: Site): Giver[] {
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property): Giver[] => {
    if (!ts.isSpreadAssignment(property)) {
      const name = memberName(property);
      return name === null ? [] : [{ name, node: property, spread: null }];
    }
    const value = spreads.find(spread => spread.node === property)?.value;
    if (value === null || typeof value !== 'object') return [];
    return Object.keys(value).map(name => ({ name, node: property, spread: value }));
  });
}

function memberName(property: ts.ObjectLiteralElementLike): string | null {
  const { name } = property;
  if (name === undefined) return null;
  if (ts.isComputedPropertyName(name)) {
    return ts.isStringLiteralLike(name.expression) ? name.expression.text : null;
  }
  return name.text;
}

/**
 * The last giver of a member, whose value stands. Where none of a call's own literals has it, the first one that
 * stands deeper in its arguments: a column in `schema: z.object({…})`.
 */
export function giverOf(declaration: object, name: string, registry: Registry): Giver | null {
  const givers = recordsOf(declaration, registry).flatMap(giversOf);
  const direct = givers.filter(giver => giver.name === name).at(-1);
  if (direct !== undefined) return direct;
  const made = registry.siteOf(declaration)?.node;
  return made === undefined ? null : giverWithin(made, name);
}

function giverWithin(made: ts.Node, name: string): Giver | null {
  const level: ts.Node[] = [made];
  for (let node = level.shift(); node !== undefined; node = level.shift()) {
    if (ts.isFunctionLike(node)) continue;
    if (ts.isObjectLiteralExpression(node)) {
      const giver = giversOf({ node }).find(candidate => candidate.name === name);
      if (giver !== undefined) return giver;
    }
    ts.forEachChild(node, child => void level.push(child));
  }
  return null;
}

/** Above the property, else of the value's own declaration, else above the spread that brought it. */
export function docOfMember(declaration: object, name: string, registry: Registry): string | null {
  const giver = giverOf(declaration, name, registry);
  if (giver === null) return null;
  const above = docCommentAbove(giver.node);
  if (giver.spread === null && above !== null) return above;
  const value = memberValue(declaration, name);
  const site = value === null || typeof value !== 'object' ? undefined : registry.siteOf(value);
  const own = site === undefined ? null : docCommentOfValue(site.node);
  if (own !== null || giver.spread === null) return own;
  const inner = docOfMember(giver.spread as object, name, registry);
  return inner ?? above;
}

function memberValue(declaration: object, name: string): unknown {
  for (const record of declaredRecords(declaration) ?? [declaration]) {
    if (Object.hasOwn(record, name)) return (record as Readonly<Record<string, unknown>>)[name];
  }
  return null;
}
