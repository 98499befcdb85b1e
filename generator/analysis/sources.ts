import { describeColumn, parseDuration, Source } from '../../dsl/index.ts';
import type {
  ChangesDefinition,
  SourceDefinition,
  SourceView,
  StreamDefinition,
  TableDefinition,
} from '../../dsl/index.ts';
import type { SourceColumn, SourcePlan } from '../ir/index.ts';
import { suggestion } from '../diagnostics/index.ts';
import type { Context } from './context.ts';
import { isKeyType, scalarType, typeName } from './types.ts';

/** The sources that groups read, each planned once, in order of first use. */
export class Sources {
  readonly #plans = new Map<SourceDefinition, SourcePlan>();
  readonly #byName = new Map<
    string,
    { readonly plan: SourcePlan; readonly definition: SourceDefinition; readonly view: SourceView }
  >();

  constructor(readonly context: Context) {}

  get plans(): readonly SourcePlan[] {
    return [...this.#byName.values()].map(({ plan }) => plan);
  }

  /** The sources by name, each as it was met first. */
  get declared(): readonly { readonly name: string; readonly view: SourceView }[] {
    return [...this.#byName].map(([name, { view }]) => ({ name, view }));
  }

  /** The plan of the source behind a view of it. */
  planOf(view: SourceView): SourcePlan {
    const { definition } = view;
    const known = this.#plans.get(definition);
    if (known) return known;
    const namesake = this.#byName.get(definition.name);
    if (namesake && sameChanges(namesake.definition, definition)) {
      this.#plans.set(definition, namesake.plan);
      return namesake.plan;
    }
    const plan = this.#plan(this.#declared(view));
    this.#plans.set(definition, plan);
    if (namesake)
      this.context.problem(
        'SK402',
        view,
        { what: 'sources', name: definition.name },
        this.#place(namesake.view),
      );
    else this.#byName.set(definition.name, { plan, definition, view });
    return plan;
  }

  /** The exported source behind a view that was re-keyed or never named: that is where its columns stand. */
  #declared(view: SourceView): SourceView {
    for (const { value } of this.context.project.declarations) {
      if (value instanceof Source && value.definition === view.definition && value.keys === null)
        return value;
    }
    return view;
  }

  #place(
    view: SourceView,
  ): { span: NonNullable<ReturnType<Context['project']['spanOf']>>; message: string }[] {
    const span = this.context.project.spanOf(view);
    return span ? [{ span, message: 'the other one' }] : [];
  }

  #plan(view: SourceView): SourcePlan {
    const { definition } = view;
    const { context } = this;
    if (definition.kind === 'changes') return this.#planChanges(view, definition);
    context.checkDeclaration(definition.kind, definition.name, context.project.spanOfArgument(view, 0));
    const base = {
      name: definition.name,
      columns: this.#columns(view, definition),
      doc: context.project.docOf(view),
      owner: definition.owner ?? null,
      tags: definition.tags ?? [],
      origin: context.originOf(view),
      topics: [definition.kafka?.topic ?? []].flat(),
    };
    return definition.kind === 'stream'
      ? { ...base, ...this.#streamPlan(view, definition, base.columns) }
      : { ...base, ...this.#tablePlan(view, definition, base.columns) };
  }

  #planChanges(view: SourceView, definition: ChangesDefinition): SourcePlan {
    const table = this.planOf({ definition: definition.table, keys: null });
    return {
      kind: 'changes',
      name: definition.name,
      table: table.name,
      columns: table.columns,
      doc: this.context.project.docOf(view),
      owner: table.owner,
      tags: table.tags,
      origin: this.context.project.originOf(view) ?? table.origin,
    };
  }

  #columns(view: SourceView, definition: StreamDefinition | TableDefinition): SourceColumn[] {
    const columns: SourceColumn[] = [];
    for (const [name, schema] of Object.entries(definition.shape)) {
      const at = this.context.project.spanOfProperty(view, name);
      this.context.checkName('column', name, at);
      const described = describeColumn(schema);
      if ('problem' in described) {
        this.context.problem('SK409', at, { column: name, problem: described.problem });
        continue;
      }
      const { type, nullable, checks } = described;
      const doc = this.context.project.docOfColumn(view, name);
      columns.push({
        name,
        type: scalarType(type),
        nullable,
        ...(doc === null ? {} : { doc }),
        wire: {
          unit: type.kind === 'timestamp' ? type.unit : 'us',
          other: type.kind === 'enum' ? type.other : 'refuse',
          checks,
        },
      });
    }
    return columns;
  }

  #streamPlan(view: SourceView, definition: StreamDefinition, columns: readonly SourceColumn[]) {
    this.#checkTime(view, 'event time', definition.eventTime, columns, false);
    if (definition.id !== null) {
      const column = this.#column(view, 'id', definition.id, columns);
      if (column && !isKeyType(column.type)) this.#badKey(view, 'id', column);
    }
    return {
      kind: 'stream' as const,
      eventTime: definition.eventTime,
      id:
        definition.id === null
          ? null
          : { column: definition.id, horizon: this.#duration(view, 'horizon', definition.horizon) },
      lateness: definition.lateness === null ? null : this.#duration(view, 'lateness', definition.lateness),
      earliness: this.#duration(view, 'earliness', definition.earliness),
      arrival: definition.arrival,
    };
  }

  #tablePlan(view: SourceView, definition: TableDefinition, columns: readonly SourceColumn[]) {
    for (const name of definition.primaryKey) {
      const column = this.#column(view, 'primary key', name, columns);
      if (column && (column.nullable || !isKeyType(column.type))) this.#badKey(view, 'primary key', column);
    }
    for (const name of definition.uniqueKeys.flat()) this.#column(view, 'unique key', name, columns);
    if (definition.time !== null) this.#checkTime(view, 'time', definition.time, columns, true);
    return {
      kind: 'table' as const,
      primaryKey: definition.primaryKey,
      uniqueKeys: definition.uniqueKeys,
      time: definition.time,
      arrival: definition.arrival,
    };
  }

  #checkTime(
    view: SourceView,
    role: string,
    name: string,
    columns: readonly SourceColumn[],
    mayBeNull: boolean,
  ): void {
    const column = this.#column(view, role, name, columns);
    if (!column) return;
    const wrong =
      column.type.kind !== 'timestamp'
        ? typeName(column.type)
        : column.nullable && !mayBeNull
          ? 'nullable'
          : null;
    if (wrong === null) return;
    const at = this.context.project.spanOfProperty(view, name);
    this.context.problem('SK410', at, { role, column: name, got: wrong });
  }

  #badKey(view: SourceView, role: string, column: SourceColumn): void {
    const got = column.nullable ? 'nullable' : typeName(column.type);
    this.context.problem('SK411', this.context.project.spanOfProperty(view, column.name), {
      role,
      column: column.name,
      got,
    });
  }

  #column(
    view: SourceView,
    role: string,
    name: string,
    columns: readonly SourceColumn[],
  ): SourceColumn | undefined {
    const found = columns.find(column => column.name === name);
    // A column that is declared and has no type has been reported already.
    if (!found && !(name in (view.definition as StreamDefinition | TableDefinition).shape)) {
      const known =
        suggestion(
          name,
          columns.map(column => column.name),
        ) ?? '';
      this.context.problem('SK412', view, { role, column: name, source: view.definition.name, known });
    }
    return found;
  }

  #duration(view: SourceView, option: string, text: string): number {
    const us = parseDuration(text);
    if (us === null) this.context.problem('SK421', view, { option, text });
    return us ?? 1;
  }
}

/** `changesOf(table)` makes a definition at every call; of one table they are the same source. */
function sameChanges(a: SourceDefinition, b: SourceDefinition): boolean {
  return a.kind === 'changes' && b.kind === 'changes' && a.table === b.table;
}
