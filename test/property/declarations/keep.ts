import type { DrawnFeature, DrawnGroup, DrawnProgram, DrawnVector } from './program.ts';

type Layer = ReadonlyMap<string, DrawnFeature>;

/** Every feature of the program, by name: names are unlike throughout. */
export function allFeatures({ groups, vectors }: DrawnProgram): Map<string, DrawnFeature> {
  const layers = [
    ...groups.flatMap(group => [group.features, ...group.layers]),
    ...vectors.flatMap(vector => vector.layers),
  ];
  return new Map(layers.flatMap(layer => [...layer]));
}

/** Without these features and all that are made of them. */
export function without(program: DrawnProgram, names: ReadonlySet<string>): DrawnProgram {
  const gone = new Set(names);
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const [name, { declared }] of allFeatures(program))
      if (usesOf(declared.code).some(used => gone.has(used))) gone.add(name);
  }
  return filtered(program, name => !gone.has(name));
}

/** With these features alone, and those they are made of; groups without features, and vectors without need, go. */
export function only(program: DrawnProgram, names: readonly string[]): DrawnProgram {
  const features = allFeatures(program);
  const kept = new Set(names);
  for (let before = -1; before !== kept.size;) {
    before = kept.size;
    for (const name of [...kept])
      for (const used of usesOf(features.get(name)?.declared.code ?? ''))
        if (features.has(used)) kept.add(used);
  }
  const left = filtered(program, name => kept.has(name));
  const vectors = left.vectors.filter(vector => vector.layers.some(layer => layer.size > 0));
  if (vectors.length > 0)
    return { ...filtered(program, name => kept.has(name) || REQUIRED.has(name)), vectors };
  return { ...left, vectors, groups: left.groups.filter(hasFeatures) };
}

/** With another feature in the place of one. */
export function replaced(program: DrawnProgram, name: string, feature: DrawnFeature): DrawnProgram {
  return mapped(
    program,
    layer => new Map([...layer].map(([each, kept]) => [each, each === name ? feature : kept])),
  );
}

/** What vectors look up. */
const REQUIRED = new Set(['user_last_shop', 'item_owner']);

const hasFeatures = ({ features }: DrawnGroup): boolean => features.size > 0;

function usesOf(code: string): string[] {
  return [...code.matchAll(/\bf\.(\w+)/g)].map(([, name]) => name!);
}

function filtered(program: DrawnProgram, keep: (name: string) => boolean): DrawnProgram {
  return mapped(program, layer => new Map([...layer].filter(([name]) => keep(name))));
}

function mapped({ sources, groups, vectors }: DrawnProgram, change: (layer: Layer) => Layer): DrawnProgram {
  return {
    sources,
    groups: groups.map(group => ({
      ...group,
      features: change(group.features),
      layers: group.layers.map(change),
    })),
    vectors: vectors.map((vector): DrawnVector => ({ ...vector, layers: vector.layers.map(change) })),
  };
}
