import { ts } from 'ts-morph';
import type { Span } from '../../diagnostics/index.ts';
import type { Registry, Site } from '../loader/registry.ts';
import type { Duplicate } from '../project.ts';
import { giversOf, recordsOf } from './records.ts';
import type { Giver } from './records.ts';

/**
 * Names that one record gives twice. JavaScript lets the later one win in silence, and TypeScript sees it only
 * between properties written out: never through spreads.
 */
export function duplicatesIn(
  declaration: object,
  registry: Registry,
  spanOf: (node: ts.Node) => Span,
  seen = new Set<object>(),
): Duplicate[] {
  if (seen.has(declaration)) return [];
  seen.add(declaration);
  return recordsOf(declaration, registry).flatMap(record => {
    const byName = new Map<string, Giver[]>();
    const spreads = new Set<object>();
    for (const giver of giversOf(record)) {
      byName.set(giver.name, [...(byName.get(giver.name) ?? []), giver]);
      if (giver.spread !== null) spreads.add(giver.spread as object);
    }
    const here = [...byName].flatMap(([name, givers]): Duplicate[] => {
      const last = givers.pop()!;
      if (givers.length === 0) return [];
      const related = givers.map(giver => ({
        span: spanOf(giver.node),
        message: giver.spread === null ? `'${name}' stands here` : `'${name}' comes from this spread`,
      }));
      return [{ name, span: spanOf(last.node), related }];
    });
    // Only literals are looked into: the arguments of a call that was spread are no record.
    const inside = [...spreads].filter(value => isLiteral(registry.siteOf(value)));
    return [...here, ...inside.flatMap(value => duplicatesIn(value, registry, spanOf, seen))];
  });
}

function isLiteral(site: Site | undefined): boolean {
  return site !== undefined && ts.isObjectLiteralExpression(site.node);
}
