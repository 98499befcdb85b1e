/** The imports of a generated module, gathered while its body is printed. */
export class Imports {
  readonly #values = new Map<string, Set<string>>();
  readonly #types = new Map<string, Set<string>>();

  /** A value's name, imported from skewless/abi unless told otherwise. */
  value(name: string, from = 'skewless/abi'): string {
    return remember(this.#values, name, from);
  }

  type(name: string, from = 'skewless/abi'): string {
    return remember(this.#types, name, from);
  }

  /** The import lines of those names that the text of the module uses. */
  print(body: string): string {
    const words = new Set(body.match(/[A-Za-z_$][\w$]*/g));
    for (const names of [this.#values, this.#types]) {
      for (const set of names.values()) for (const name of set) if (!words.has(name)) set.delete(name);
    }
    // A class imported as a value is a type too.
    for (const [from, names] of this.#values) for (const name of names) this.#types.get(from)?.delete(name);
    const lines = (kind: string, names: ReadonlyMap<string, ReadonlySet<string>>): string[] =>
      [...names]
        .filter(([, set]) => set.size > 0)
        .map(([from, set]) => `import ${kind}{ ${[...set].sort().join(', ')} } from '${from}';\n`);
    return [...lines('', this.#values), ...lines('type ', this.#types)].sort(byModule).join('');
  }
}

function remember(names: Map<string, Set<string>>, name: string, from: string): string {
  const known = names.get(from) ?? new Set();
  names.set(from, known.add(name));
  return name;
}

/** The ABI first, then by path. */
function byModule(a: string, b: string): number {
  const key = (line: string): string => line.replace(/^.* from '(skewless)?/, (_, abi) => (abi ? '' : '~'));
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a < b ? -1 : 1;
}

export function indent(lines: readonly string[], by: string): string {
  return lines.map(line => (line === '' ? '\n' : `${by}${line}\n`)).join('');
}
