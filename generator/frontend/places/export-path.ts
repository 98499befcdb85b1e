import { FeatureGroup, FeatureVector } from '../../../dsl/index.ts';
import type { ExportPath } from '../project.ts';

/** A record of a feature in a layer of a group: the deepest way to a function that a declaration has. */
const MAX_DEPTH = 8;

/**
 * Finds a function in what modules export: through plain records, arrays and declarations, the shortest way,
 * in `preferred` (the module it is written in) before the others.
 */
export function findExportPath(
  wanted: unknown,
  namespaces: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  preferred: string,
): ExportPath | null {
  const modules = [...namespaces.keys()].sort((a, b) => Number(b === preferred) - Number(a === preferred));
  for (const module of modules) {
    const path = search(namespaces.get(module)!, wanted);
    if (path !== null) return { module, export: path };
  }
  return null;
}

function search(root: Readonly<Record<string, unknown>>, wanted: unknown): string[] | null {
  const seen = new Set<unknown>([root]);
  let level: { readonly value: object; readonly path: string[] }[] = [{ value: root, path: [] }];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { value, path } of level) {
      for (const [name, inner] of Object.entries(searchedPart(value))) {
        if (inner === wanted) return [...path, name];
        if (!isSearched(inner) || seen.has(inner)) continue;
        seen.add(inner);
        next.push({ value: inner, path: [...path, name] });
      }
    }
    level = next;
  }
  return null;
}

/** Of a vector its layers alone: a way through its lookups would be another one after the next lookup. */
function searchedPart(value: object): object {
  return value instanceof FeatureVector ? { layers: value.layers } : value;
}

/** Not zod's schemas: large, and nothing of the kind lives there. */
function isSearched(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Array.isArray(value) ||
    value instanceof FeatureGroup ||
    value instanceof FeatureVector
  );
}
