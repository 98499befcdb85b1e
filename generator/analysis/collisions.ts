import type { Related } from '../diagnostics/index.ts';
import { kebabCase, pascalCase } from '../emit/file.ts';
import type { Context } from './context.ts';

/** What a program declares by name. `value` is the declaration, to point at. */
export interface Declared {
  readonly kind: 'source' | 'group' | 'vector';
  readonly name: string;
  readonly value: object;
}

/** Files of the output that belong to no single declaration. */
const SHARED_FILES = ['compute', 'database', 'index', 'schema'];

/** Types that the client's file declares or takes from elsewhere, and the parameters of its own ones. */
const CLIENT_TYPES = [
  'Accessor',
  'AccessorPlan',
  'ClientOptions',
  'Date',
  'Features',
  'I',
  'InstantForm',
  'InstantOf',
  'OnUnavailable',
  'Transport',
  'U',
];

/** Names of other cases that become one, as `user_1h` and `user1h` do in camelCase, and files of one path. */
export function reportCollisions(context: Context, declared: readonly Declared[]): void {
  const spaces = new Map<string, Declared | null>();
  for (const type of CLIENT_TYPES) spaces.set(`type ${type}`, null);
  for (const file of SHARED_FILES) spaces.set(`file ${file}.ts`, null);
  for (const one of declared) {
    for (const place of placesOf(one)) {
      const other = spaces.get(place);
      if (other === undefined) spaces.set(place, one);
      else {
        report(context, one, other, place.slice(place.indexOf(' ') + 1));
        break;
      }
    }
  }
}

/** Everything in the output that a declaration gives its name to. */
function placesOf({ kind, name }: Declared): string[] {
  const pascal = pascalCase(name);
  const file = `file ${kebabCase(name)}`;
  switch (kind) {
    case 'source':
      return [`source ${pascal}`, `${file}-source.ts`];
    case 'group':
      return [`type ${pascal}`, `type ${pascal}Keys`, `${file}.ts`];
    case 'vector':
      return [`type ${pascal}`, `type ${pascal}Request`, `${file}-vector.ts`];
  }
}

function report(context: Context, one: Declared, other: Declared | null, as: string): void {
  const place = other === null ? null : context.project.spanOf(other.value);
  const related: Related[] = place === null ? [] : [{ span: place, message: 'the other one' }];
  const text = other === null ? 'a part that every project has' : describe(other);
  context.problem('SK423', one.value, { one: describe(one), other: text, as }, related);
}

function describe({ kind, name }: Declared): string {
  return `the ${kind} \`${name}\``;
}
