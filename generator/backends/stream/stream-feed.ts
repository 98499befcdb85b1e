import { pascalCase, camelCase, docComment, quote } from '../../emit/file.ts';
import type { AggregatePlan, EntityKey, Expr, GroupPlan, SourcePlan, StreamPlan } from '../../ir/index.ts';
import { access, printExpr } from './expressions.ts';
import type { FeedLayout } from './feed-layout.ts';
import type { Imports } from './module-text.ts';
import { indent } from './module-text.ts';
import { cellKinds, typeScriptType } from './types.ts';

/** The name of a source's row class, and of the module it is in. */
export function rowClass(source: string): string {
  return `${pascalCase(source)}Row`;
}

export function feedClass(source: string): string {
  return `${pascalCase(source)}Rows`;
}

export function feedField(source: string): string {
  return `${camelCase(source)}Rows`;
}

/** The class that keeps a stream's rows for one group. */
export function printStreamFeed(
  group: GroupPlan,
  layout: FeedLayout,
  source: StreamPlan,
  horizons: readonly string[],
  imports: Imports,
): string {
  const row = rowClass(source.name);
  const inputs = layout.plan.inputs.map((input, i) => printInput(input, i, group, layout, imports));
  return (
    docComment(`The rows of ${source.name} that ${group.name} keeps, a segment a key.`) +
    `class ${feedClass(source.name)} extends ${imports.value('StreamFeed')}<${row}> {\n` +
    `  readonly source = ${quote(source.name)};\n` +
    printMembers(layout, imports) +
    `\n  constructor(\n    readonly group: ${imports.type('GroupState')},\n    lanes: ${imports.type('Lanes')},\n  ) {\n    super();\n` +
    printSegments(layout, imports) +
    '  }\n\n' +
    `  ingest(row: ${row}, lane: number, offset: number): void {\n` +
    indent(printIngest(group, layout, source, inputs, imports), '    ') +
    '  }\n\n' +
    `  horizonAt(t: number): number {\n    return ${printHorizon(horizons)};\n  }\n` +
    '}\n'
  );
}

function printMembers(layout: FeedLayout, imports: Imports): string {
  const tally = layout.usesTally ? `  readonly tally = new ${imports.value('ValueTally')}();\n` : '';
  const member = (part: { readonly doc: string; readonly name: string; readonly create: string }): string =>
    `${docComment(part.doc, '  ')}  readonly ${part.name}${part.create.includes('group.') ? ': CodeColumn' : ` = ${part.create}`};\n`;
  const columns = [...layout.columns.values()].map(member);
  // Windows over codes are made in the constructor, after their columns.
  const observers = [...layout.observers.values()].map(
    part =>
      `${docComment(part.doc, '  ')}  readonly ${part.name}: ${part.create.replace(/^new (\w+)\(.*$/, '$1')};\n`,
  );
  return `${columns.join('')}${tally}${observers.join('')}  readonly rows: ${imports.value('Segments')};\n`;
}

function printSegments(layout: FeedLayout, imports: Imports): string {
  const columns = [...layout.columns.values()];
  const observers = [...layout.observers.values()];
  const late = [...columns.filter(part => part.create.includes('group.')), ...observers];
  if (columns.some(part => part.create.includes('group.'))) imports.value('CodeColumn');
  const list = (names: readonly string[]): string => `[${names.join(', ')}]`;
  return (
    late.map(part => `    this.${part.name} = ${part.create};\n`).join('') +
    `    this.rows = new Segments(${list(columns.map(column => `this.${column.name}`))}, {\n` +
    `      lanes: ${layout.ordered ? 'lanes' : 'null'},\n` +
    `      pins: ${list([...layout.pins.values()])},\n` +
    `      observers: ${list(observers.map(part => `this.${part.name}`))},\n` +
    `      lifetime: ${layout.lifetime},\n    });\n` +
    (layout.ordered ? '' : '    void lanes;\n')
  );
}

/** A statement that declares `inputN` as the engine holds it, and counts what is not finite. */
function printInput(
  input: Expr,
  index: number,
  group: GroupPlan,
  layout: FeedLayout,
  imports: Imports,
): string[] {
  const text = printExpr(input, rowScope(imports));
  const name = `input${index}`;
  if (cellKinds[input.type.kind] !== 'number') {
    return [`const ${name}: ${typeScriptType(input.type, input.nullable)} = ${text};`];
  }
  if (input.type.kind !== 'double') {
    return [`const ${name} = ${input.nullable ? `(${wrapped(text)} ?? NaN)` : wrapped(text)} + 0;`];
  }
  const raw = `raw${index}`;
  const counted = group.aggregates.filter(
    plan => layout.plan === group.feeds[plan.feed] && plan.input === index,
  );
  return [
    `const ${raw} = ${text};`,
    `const ${name} = ${imports.value('finiteOrNaN')}(${raw});`,
    `if (${name} !== ${name}${input.nullable ? ` && ${raw} !== null` : ''}) {`,
    ...counted.map(plan => {
      const condition = plan.filter === null ? '' : `if (selected${plan.filter}) `;
      return `  ${condition}this.countNotFinite(${quote(plan.name)});`;
    }),
    '}',
  ];
}

function printIngest(
  group: GroupPlan,
  layout: FeedLayout,
  source: StreamPlan,
  inputs: readonly string[][],
  imports: Imports,
): string[] {
  // With pins, an old row is put among those that are kept, whatever becomes of it there.
  const folds =
    layout.lifetime &&
    layout.pins.size === 0 &&
    [...layout.columns.values()].some(column => column.fold !== null);
  const holdsOld = layout.lifetime || layout.pins.size > 0;
  const columns = [...layout.columns.values()];
  const filters = layout.plan.filters.map(
    (filter, i) => `const selected${i} = ${printExpr(filter, rowScope(imports))};`,
  );
  return [
    `const time = row${access(source.eventTime)};`,
    'const { rows } = this;',
    ...(holdsOld ? [] : ['if (time <= rows.horizon) return;']),
    ...printKeys(group.keys, layout.plan.keys, imports),
    ...filters,
    ...usedInputs(layout, inputs),
    ...usedPrelude(layout),
    '',
    'if (!rows.isOpen(slot)) rows.open(slot);',
    'const at = rows.place(slot, time, lane, offset);',
    'const end = rows.end[slot]!;',
    `if (at === ${imports.value('FOLDED')}) {`,
    ...(folds
      ? [
          '  const base = rows.base[slot]!;',
          ...columns.flatMap(c => (c.fold === null ? [] : c.fold.split('\n').map(l => `  ${l}`))),
        ]
      : []),
    '  return;',
    '}',
    ...columns.flatMap(column => column.write.split('\n')),
    'if (at + 1 < end) rows.settle(slot, at);',
  ];
}

/** The inputs that some column keeps; a double is looked at in any case, for what is not finite. */
function usedInputs(layout: FeedLayout, inputs: readonly string[][]): string[] {
  const columns = [...layout.columns.values()].map(column => `${column.write} ${column.fold ?? ''}`);
  const code = [...columns, ...layout.prelude.values()].join(' ');
  return inputs.filter((lines, i) => lines.length > 1 || new RegExp(`\\binput${i}\\b`).test(code)).flat();
}

/** What the columns' code, or a statement that it uses, names. */
function usedPrelude(layout: FeedLayout): string[] {
  const prelude = [...layout.prelude];
  const code = [...layout.columns.values()].map(column => `${column.write} ${column.fold ?? ''}`).join(' ');
  const uses = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
  const direct = prelude.filter(([name]) => uses(code, name)).map(([, text]) => text);
  return prelude
    .filter(
      ([name, text]) => direct.includes(text) || direct.some(other => other !== text && uses(other, name)),
    )
    .map(([, text]) => text);
}

/** Statements that put the key together and find its slot; a null key ends them. */
export function printKeys(keys: readonly EntityKey[], exprs: readonly Expr[], imports: Imports): string[] {
  const lines: string[] = [];
  const cells = exprs.map((expr, i) => {
    const name = `key${i}`;
    lines.push(`const ${name} = ${printExpr(expr, rowScope(imports))};`);
    if (expr.nullable) lines.push(`if (${name} === null) return;`);
    switch (cellKinds[keys[i]!.type.kind]) {
      case 'number':
        return `${name} + 0`;
      case 'flag':
        return `${name} ? 1 : 0`;
      case 'code':
        return `this.group.dictionary.encode(${name})`;
    }
  });
  if (cells.length === 1) return [...lines, `const slot = this.group.slotOfNumber(${cells[0]});`];
  return [
    ...lines,
    ...cells.map((cell, i) => `this.group.setKey(${i}, ${cell});`),
    'const slot = this.group.slotOfKey();',
  ];
}

function printHorizon(horizons: readonly string[]): string {
  const unique = [...new Set(horizons)];
  return unique.length === 1 ? unique[0]! : `Math.min(${unique.join(', ')})`;
}

function wrapped(text: string): string {
  return /^[\w.$]+$/.test(text) ? text : `(${text})`;
}

/** A lambda over the row in hand. */
export function rowScope(imports: Imports): Parameters<typeof printExpr>[1] {
  return {
    row: 'row',
    use: name => imports.value(name),
    feature: name => {
      throw new Error(`a lambda over rows cannot read the feature ${name}`);
    },
  };
}

/** The filter and input of an aggregate in words, for doc comments. */
export function describer(
  plan: { readonly filters: readonly Expr[]; readonly inputs: readonly Expr[] },
  imports: Imports,
) {
  return (filter: number | null, input: number | null): string => {
    const scope = rowScope(imports);
    const of = input === null ? 'rows' : printExpr(plan.inputs[input]!, scope);
    return filter === null ? of : `${of} where ${printExpr(plan.filters[filter]!, scope)}`;
  };
}

/** Whether rows older than every window still bear on the aggregate. */
export function isLifetime({ window }: AggregatePlan): boolean {
  return window.over.kind === 'lifetime';
}

export function sourceOf(sources: readonly SourcePlan[], name: string): SourcePlan {
  const found = sources.find(source => source.name === name);
  if (found === undefined) throw new Error(`the plan names a source ${name} that it does not have`);
  return found;
}
