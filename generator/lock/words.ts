import { typeText } from '../backends/catalog/type-text.ts';
import { describeWindow, durationText } from '../backends/catalog/window-text.ts';
import type {
  Aggregate,
  AggregatePlan,
  DerivedPlan,
  GroupPlan,
  Program,
  SourceColumn,
  SourcePlan,
  VectorPlan,
} from '../ir/index.ts';
import { columnsRead, expressionsOf, zoneMeaning } from '../ir/meaning.ts';
import { printExpr } from '../ir/print.ts';
import { columnsOf } from '../ir/visit.ts';
import { zonesIn } from '../ir/zones.ts';

/** A meaning by what its parts say something about; what there is none of is left out. */
export type Words = Readonly<Record<string, string>>;

export function aggregateWords(program: Program, group: GroupPlan, aggregate: AggregatePlan): Words {
  const feed = group.feeds[aggregate.feed]!;
  const { input, filter, window } = aggregate;
  const read = expressionsOf(group, aggregate);
  return said({
    aggregate: aggregateText(aggregate.aggregate),
    source: feed.source,
    'by keys': feed.keys.map((key, i) => `${printExpr(key)} as ${typeText(group.keys[i]!.type)}`).join(', '),
    input: input === null ? null : printExpr(feed.inputs[input]!),
    where: filter === null ? null : printExpr(feed.filters[filter]!),
    window: describeWindow(window),
    type: typeText(aggregate.type),
    default: defaultText(aggregate.default),
    'zone table': zoneMeaning(window.over.kind === 'calendar' || read.some(each => zonesIn(each).length > 0)),
    ...sourceWords(program, feed.source, read.flatMap(columnsOf)),
  });
}

/** @param operands of a ratio, which have no names of their own, in words */
export function derivedWords(
  { body, type, default: otherwise }: DerivedPlan,
  operands: readonly (readonly [string, Words])[] = [],
): Words {
  const parts = operands.flatMap(([part, words]) =>
    Object.entries(words).map(([about, text]): [string, string] => [`${part}'s ${about}`, text]),
  );
  return said({
    derived: operands.length > 0 ? operands.map(([part]) => part).join(' / ') : bodyText(body),
    type: typeText(type),
    default: defaultText(otherwise),
    'zone table': zoneMeaning(body.kind === 'expression' && zonesIn(body.expr).length > 0),
    ...Object.fromEntries(parts),
  });
}

export function outputWords(vector: VectorPlan, output: VectorPlan['outputs'][number]): Words {
  return said({
    from: operandText(vector, output.from),
    type: typeText(output.type),
    default: defaultText(output.default),
  });
}

/** `user_behavior.revenue_7d by request.user_id`, and how keys that are features were found. */
function operandText(vector: VectorPlan, from: VectorPlan['outputs'][number]['from']): string {
  if (from.kind === 'request') return `request.${from.name}`;
  const { group, keys } = vector.lookups[from.lookup]!;
  return `${group}.${from.feature} by ${keys.map(key => operandText(vector, key)).join(', ')}`;
}

function sourceWords(
  program: Program,
  name: string,
  paths: readonly string[],
): Record<string, string | null> {
  const source = program.sources.find(each => each.name === name)!;
  const columns = columnsRead(source, paths).map(columnText).join(', ');
  switch (source.kind) {
    case 'stream':
      return { ...streamWords(source), columns };
    case 'table':
      return {
        'primary key': source.primaryKey.join(', '),
        'time column': source.time,
        arrival: source.arrival,
        columns,
      };
    case 'changes': {
      const { columns: keyColumns, ...table } = sourceWords(program, source.table, []);
      return { table: source.table, 'table columns': keyColumns ?? null, ...table, columns };
    }
  }
}

function streamWords(source: Extract<SourcePlan, { kind: 'stream' }>): Record<string, string | null> {
  const { eventTime, id, lateness, earliness, arrival } = source;
  return {
    'event time': eventTime,
    id: id && `${id.column} within ${durationText(id.horizon)}`,
    lateness: lateness === null ? null : durationText(lateness),
    earliness: durationText(earliness),
    arrival,
  };
}

/** `amount decimal(10, 2)?`, and what the wire asks of it. */
function columnText({ name, type, nullable, wire }: SourceColumn): string {
  const notes = [
    ...(type.kind === 'timestamp' ? [`in ${wire.unit}`] : []),
    ...(type.kind === 'enum' && wire.other === 'null' ? ['others null'] : []),
    ...wire.checks.map(({ kind, ...check }) => `${kind} ${Object.values(check).join(' ')}`),
  ];
  const noted = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `${name} ${typeText(type)}${nullable ? '?' : ''}${noted}`;
}

/** `percentile, p 0.95, method cont`. */
function aggregateText({ kind, ...parameters }: Aggregate): string {
  const told = Object.entries(parameters).map(([name, value]: [string, unknown]) =>
    name === 'unit' ? `unit ${durationText(Number(value))}` : `${name} ${String(value)}`,
  );
  return [kind, ...told].join(', ');
}

function bodyText(body: DerivedPlan['body']): string {
  return body.kind === 'expression' ? printExpr(body.expr) : `compute ${body.code}`;
}

function defaultText(value: DerivedPlan['default']): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return `[${value.map(each => defaultText(each)).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function said(words: Readonly<Record<string, string | null>>): Words {
  return Object.fromEntries(
    Object.entries(words).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
