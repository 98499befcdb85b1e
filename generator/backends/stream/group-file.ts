import {
  camelCase,
  docComment,
  header,
  kebabCase,
  pascalCase,
  propertyName,
  quote,
} from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import type {
  AggregatePlan,
  ChangesPlan,
  DefaultValue,
  GroupPlan,
  Program,
  ScalarType,
  TablePlan,
  WindowPlan,
} from '../../ir/index.ts';
import { featuresOf } from '../../ir/features.ts';
import { readAggregate } from './aggregates.ts';
import { printDerived } from './derived.ts';
import { printLiteral } from './expressions.ts';
import { FeedLayout } from './feed-layout.ts';
import { madeOf, partsOf } from './group-parts.ts';
import type { PartPlan } from './group-parts.ts';
import { Imports, indent } from './module-text.ts';
import {
  describer,
  feedClass,
  feedField,
  isLifetime,
  printStreamFeed,
  rowClass,
  sourceOf,
} from './stream-feed.ts';
import { printTableFeed, readTableAggregate, tableHorizon } from './table-feed.ts';
import { typeScriptType } from './types.ts';
import { windowEdges, windowInWords } from './windows.ts';

/** The module of one group: a feed class for each source, and the group that reads them. */
export function groupFile(program: Program, group: GroupPlan): GeneratedFile {
  const imports = new Imports();
  const feeds = group.feeds.map((plan, index) => {
    const source = sourceOf(program.sources, plan.source);
    const layout = new FeedLayout(
      plan,
      imports,
      source.kind === 'stream' ? source.eventTime : null,
      describer(plan, imports),
    );
    return { plan, index, source, layout, horizons: [] as string[], refreshes: new Set<number>() };
  });
  const read = (features: readonly string[]): Read => {
    const reads = new ReadPrinter(group, imports);
    const { aggregates, derived } = madeOf(group, features);
    for (const aggregate of aggregates) {
      const feed = feeds[aggregate.feed]!;
      if (feed.source.kind === 'stream') feed.horizons.push(reads.addStream(aggregate, feed.layout));
      else feed.horizons.push(reads.addTable(aggregate, feed.source));
      if (aggregate.window.refresh !== null) feed.refreshes.add(aggregate.window.refresh);
    }
    const last = derived.map(plan => printDerived(plan, imports, name => `$${name}`));
    return { features, lines: [...reads.lines, ...last] };
  };
  // The whole group first: it lays out all that is kept, and the parts find it there.
  const whole = read(group.features);
  const parts = partsOf(program, group).map(part => ({ ...part, ...read(part.features) }));
  const classes = feeds.map(({ source, plan, layout, horizons, refreshes }) =>
    source.kind === 'stream'
      ? printStreamFeed(group, layout, source, horizons, imports)
      : printTableFeed(group, plan, source, { horizons, refreshes: [...refreshes] }, imports),
  );
  for (const { source } of feeds) {
    if (source.kind === 'changes')
      imports.type(rowClass(source.table), `./${kebabCase(source.table)}-source.ts`);
    else imports.type(rowClass(source.name), `./${kebabCase(source.name)}-source.ts`);
  }
  const body = [
    ...classes,
    printGroup(group, feeds, whole, parts, imports),
    printModule(group, imports),
    ...parts.map(part => printPart(group, part, imports)),
  ];
  const text = `${printValuesType(group)}\n${body.join('\n')}`;
  return {
    path: `stream/${kebabCase(group.name)}.ts`,
    text: `${header(group.origin)}${imports.print(text)}\n${text}`,
  };
}

/** The statements of a read, and the features it returns. */
interface Read {
  readonly features: readonly string[];
  readonly lines: readonly string[];
}

/** The statements of `read`, each window edge once. */
class ReadPrinter {
  readonly lines: string[] = [];
  readonly #edges = new Map<string, string>();
  readonly #feeds = new Set<string>();

  constructor(
    readonly group: GroupPlan,
    readonly imports: Imports,
  ) {}

  /** @returns the instant at or before which the aggregate needs no rows, as of a read at `t` */
  addStream(plan: AggregatePlan, layout: FeedLayout): string {
    const feed = feedField(layout.plan.source);
    const slot = `${feed}Slot`;
    if (!this.#feeds.has(feed)) {
      this.#feeds.add(feed);
      this.lines.push(`const { ${feed} } = this;`, `const ${slot} = ${feed}.at(slot);`);
    }
    const { window } = plan;
    const lifetime = isLifetime(plan);
    const last = window.last;
    if (lifetime) layout.lifetime = true;
    const edges = windowEdges(window, this.imports);
    const high = this.#edge(
      `${feed}/high/${edges.high}`,
      'high',
      `${feed}.rows.at(${slot}, ${edges.high})`,
      null,
    );
    let low =
      edges.low === null
        ? this.#edge(`${feed}/origin`, 'origin', `${feed}.rows.origin(${slot})`, null)
        : this.#edge(
            `${feed}/low/${edges.low}${edges.mayCross ? high : ''}`,
            'low',
            edges.mayCross
              ? `Math.min(${high}, ${feed}.rows.at(${slot}, ${edges.low}))`
              : `${feed}.rows.at(${slot}, ${edges.low})`,
            windowInWords({ ...window, last: null }),
          );
    if (last !== null) {
      layout.ordered = true;
      if (lifetime) layout.pin('KeepNewest', layout.marks(plan.filter), last + 1);
      const lastRows =
        plan.filter === null && !lifetime
          ? `Math.max(${low}, ${high} - ${last})`
          : `${this.imports.value('lastRows')}(${feed}.${layout.count(plan.filter, null, false)}, ${last}, ${low}, ${high})`;
      low = this.#edge(`${feed}/last/${lastRows}`, 'low', lastRows, `the last ${last}`);
    }
    const value = readAggregate({
      plan,
      layout,
      imports: this.imports,
      feed,
      slot,
      low,
      high,
      at: edges.at,
      lifetime: lifetime && last === null,
      unbounded: lifetime,
      window: windowKey(window, plan.filter),
    });
    this.#add(plan, value);
    return edges.horizon;
  }

  addTable(plan: AggregatePlan, source: TablePlan | ChangesPlan): string {
    const feed = feedField(source.name);
    if (!this.#feeds.has(feed)) {
      this.#feeds.add(feed);
      this.lines.push(`const { ${feed} } = this;`);
    }
    const edges = windowEdges(plan.window, this.imports);
    const feedPlan = this.group.feeds[plan.feed]!;
    this.#add(
      plan,
      readTableAggregate({
        plan,
        feed: feedPlan,
        field: feed,
        edges,
        imports: this.imports,
        edge: (key, role, value, doc) => this.#edge(`${feed}/${key}`, role, value, doc),
      }),
    );
    return tableHorizon(plan, source.kind, edges.horizon);
  }

  #add(plan: AggregatePlan, value: string): void {
    this.lines.push(
      `const $${plan.name}: ${typeScriptType(plan.type, plan.nullable)} = ${withDefault(value, plan)};`,
    );
  }

  #edge(key: string, role: string, value: string, doc: string | null): string {
    if (/^\w+$/.test(value)) return value;
    const known = this.#edges.get(key);
    if (known !== undefined) return known;
    const name = `${role}${[...this.#edges.values()].filter(other => other.replace(/\d+$/, '') === role).length}`;
    this.#edges.set(key, name);
    this.lines.push(`const ${name} = ${value};${doc === null ? '' : ` // ${doc}`}`);
    return name;
  }
}

function windowKey(window: WindowPlan, filter: number | null): string {
  return window.last === null ? windowInWords(window) : `${windowInWords(window)}/${filter}`;
}

function withDefault(
  value: string,
  plan: { readonly default: DefaultValue | null; readonly type: { readonly kind: string } },
): string {
  if (plan.default === null || plan.type.kind === 'list') return value;
  const wrapped = / as | \? /.test(value) ? `(${value})` : value;
  return `${wrapped} ?? ${printDefault(plan.default)}`;
}

export function printDefault(value: DefaultValue): string {
  return Array.isArray(value)
    ? `[${value.map(element => printLiteral({ value: element as string })).join(', ')}]`
    : printLiteral({ value: value as string });
}

function printValuesType(group: GroupPlan): string {
  const members = featuresOf(group).map(
    ({ name, type, nullable, doc }) =>
      `${docComment(doc, '  ')}  readonly ${propertyName(name)}: ${typeScriptType(type, nullable)};\n`,
  );
  return `${docComment(group.doc)}export type ${valuesType(group)} = {\n${members.join('')}};\n`;
}

function printGroup(
  group: GroupPlan,
  feeds: readonly {
    readonly plan: { readonly source: string };
    readonly source: { readonly kind: string };
  }[],
  whole: Read,
  parts: readonly (PartPlan & Read)[],
  imports: Imports,
): string {
  const keys = group.keys.map(key => `{ name: ${quote(key.name)}, type: ${quote(keyType(key.type))} }`);
  const fields = feeds.map(
    ({ plan }) => `  readonly ${feedField(plan.source)}: ${feedClass(plan.source)};\n`,
  );
  const created = feeds.map(({ plan, source }) => {
    const lanes = source.kind === 'stream' ? `, context.lanesOf(${quote(plan.source)})` : '';
    return `    this.${feedField(plan.source)} = new ${feedClass(plan.source)}(this${lanes});\n`;
  });
  const methods = [
    printRead('read', valuesType(group), whole),
    ...parts.map(part => printRead(part.method, partType(group, part), part)),
  ];
  return (
    `class State extends ${imports.value('GroupState')} {\n  readonly name = ${quote(group.name)};\n` +
    fields.join('') +
    `  readonly feeds: readonly ${imports.type('Feed')}[];\n\n` +
    `  constructor(context: ${imports.type('GroupContext')}) {\n    super(context, [${keys.join(', ')}]);\n` +
    created.join('') +
    `    this.feeds = [${feeds.map(({ plan }) => `this.${feedField(plan.source)}`).join(', ')}];\n  }\n\n` +
    `${methods.join('\n')}}\n`
  );
}

/** A method that reads some features of the group. */
function printRead(name: string, type: string, { features, lines }: Read): string {
  const opens = lines.some(line => /\bopen\b/.test(line));
  const statements = [
    ...(opens ? ['const open = before ? 1 : 0;'] : []),
    ...lines.flatMap(line => line.split('\n')),
    'return {',
    ...features.map(feature => `  ${propertyName(feature)}: $${feature},`),
    '};',
  ];
  return (
    `  ${name}(slot: number, t: number, ${opens ? 'before' : '_before'}: boolean): ${type} {\n` +
    `${indent(statements, '    ')}  }\n`
  );
}

function valuesType(group: GroupPlan): string {
  return `${pascalCase(group.name)}Values`;
}

function partType(group: GroupPlan, { features }: PartPlan): string {
  return `Pick<${valuesType(group)}, ${features.map(quote).join(' | ')}>`;
}

function keyType(type: ScalarType): string {
  const types: Readonly<Record<ScalarType['kind'], string>> = {
    int: 'number',
    bigint: 'bigint',
    decimal: 'number',
    double: 'number',
    text: 'text',
    enum: 'text',
    uuid: 'uuid',
    boolean: 'boolean',
    timestamp: 'number',
  };
  return types[type.kind];
}

function printModule(group: GroupPlan, imports: Imports): string {
  return (
    `export const ${camelCase(group.name)}Group: ${imports.type('GroupModule')}<${valuesType(group)}> = {\n` +
    `  name: ${quote(group.name)},\n  lookback: ${group.lookback},\n` +
    `  create: context => new State(context),\n` +
    `  read: (state, slot, t, before) => (state as State).read(slot, t, before),\n};\n`
  );
}

/** What a vector's lookup imports: the group's name, and the method that reads no more than it needs. */
function printPart(group: GroupPlan, part: PartPlan, imports: Imports): string {
  return (
    docComment(`What ${part.vector} takes of ${group.name}.`) +
    `export const ${part.name}: ${imports.type('GroupPart')}<${partType(group, part)}> = {\n` +
    `  name: ${quote(group.name)},\n` +
    `  read: (state, slot, t, before) => (state as State).${part.method}(slot, t, before),\n};\n`
  );
}
