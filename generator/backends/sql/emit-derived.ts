import { computeName } from '../stream/derived.ts';
import type { GeneratedLayer } from './derived.ts';
import { Code } from './source-text.ts';

/** Layers as data; a `compute` is the author's own function, the one the stream calls. */
export function emitLayers(layers: readonly GeneratedLayer[]): {
  readonly imports: string;
  readonly code: readonly object[];
} {
  const names = new Set<string>();
  const code = layers.map(layer => {
    if (layer.kind === 'sql') return layer;
    return {
      kind: layer.kind,
      features: layer.features.map(({ name, type, uses, plan }) => {
        const run = computeName(plan.body.module, plan.body.export);
        names.add(run);
        return { name, type, default: plan.default, uses, run: new Code(run) };
      }),
    };
  });
  const imports =
    names.size === 0 ? '' : `import { ${[...names].sort().join(', ')} } from '../stream/compute.ts';\n`;
  return { imports, code };
}
