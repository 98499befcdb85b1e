import type { Expr, GroupPlan, VectorPlan } from '../ir/index.ts';
import { zonesIn } from '../ir/zones.ts';

/** The zones that lambdas and calendar windows name, sorted. */
export function zonesOf(groups: readonly GroupPlan[], vectors: readonly VectorPlan[]): string[] {
  const zones = new Set<string>();
  const see = (expr: Expr): void => zonesIn(expr).forEach(zone => zones.add(zone));
  for (const group of groups) {
    for (const feed of group.feeds) [...feed.keys, ...feed.inputs, ...feed.filters].forEach(see);
    for (const { window } of group.aggregates)
      if (window.over.kind === 'calendar') zones.add(window.over.zone);
  }
  for (const { derived } of [...groups, ...vectors]) {
    for (const { body } of derived) if (body.kind === 'expression') see(body.expr);
  }
  return [...zones].sort();
}
