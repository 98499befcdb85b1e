import type { FeedPlan, ScalarType } from '../../ir/index.ts';
import type { Imports } from './module-text.ts';
import { cellKinds } from './types.ts';

/** How an input is turned into what is counted, summed or kept: null of the feature is null here. */
export type Measure =
  /** The value itself. */
  | { readonly kind: 'value' }
  /** A whole number of 10^-scale: exact for int and decimal, rounded for a double. */
  | { readonly kind: 'scaled'; readonly scale: number }
  /** A double as it is summed. */
  | { readonly kind: 'fix62' };

/** Where event times are kept: a column that every feed has. */
export const EVENT_TIMES = 'rows.time';

export const itself: Measure = { kind: 'value' };

/** A column of the feed's class. */
export interface ColumnSpec {
  readonly name: string;
  readonly doc: string;
  /** `new RunningCount()`. */
  readonly create: string;
  /** Writes the cell of a new row at `at`. */
  readonly write: string;
  /** Adds the row to running totals alone: for a row that is folded away. Null where the column has none. */
  readonly fold: string | null;
}

/** Something of the feed's class that is no column: a moving window, a pin. */
export interface PartSpec {
  readonly name: string;
  readonly doc: string;
  readonly create: string;
}

/**
 * What a feed keeps a row, gathered from the aggregates that read it, each thing once. The columns carry their
 * own code; `group-file.ts` puts it in order.
 */
export class FeedLayout {
  readonly columns = new Map<string, ColumnSpec>();
  readonly observers = new Map<string, PartSpec>();
  readonly pins = new Map<string, string>();
  /** Statements before a row is placed, by the name they declare. */
  readonly prelude = new Map<string, string>();
  /** Whether positions break ties that can show in a value. */
  ordered = false;
  /** Whether a running total outlives its rows. */
  lifetime = false;
  usesTally = false;

  constructor(
    readonly plan: FeedPlan,
    readonly imports: Imports,
    /** The stream's event time; null for a table. */
    readonly eventTime: string | null,
    readonly describe: (filter: number | null, input: number | null) => string,
  ) {}

  inputType(input: number): ScalarType {
    return this.plan.inputs[input]!.type;
  }

  /**
   * The running count of selected rows with an input, or of all selected ones.
   * @param lifetime whether a window without beginning reads it
   */
  count(filter: number | null, input: number | null, lifetime: boolean, measure: Measure = itself): string {
    const counted = this.counted(filter, input, measure);
    return this.#counting('count', counted, lifetime, {
      doc: `How many: ${this.describe(filter, input)}.`,
      write: name => `this.${name}.add(at, end, ${oneIf(counted)});`,
      fold: name => `this.${name}.carry(base, end, ${oneIf(counted)});`,
    });
  }

  /** The running count of rows where a boolean input is true. */
  trues(filter: number | null, input: number, lifetime: boolean): string {
    const test = `${this.selected(filter)}input${input} === true`;
    return this.#counting('trues', test, lifetime, {
      doc: `How many are true: ${this.describe(filter, input)}.`,
      write: name => `this.${name}.add(at, end, ${test} ? 1 : 0);`,
      fold: name => `this.${name}.carry(base, end, ${test} ? 1 : 0);`,
    });
  }

  /** The running sum of a measure; `wide` sums hold 160 bits. */
  sum(
    filter: number | null,
    input: number,
    measure: Measure,
  ): { readonly name: string; readonly wide: boolean } {
    const counted = this.counted(filter, input, measure);
    const value = this.measured(input, measure);
    if (measure.kind === 'scaled' && this.#fitsWord(input)) {
      const name = this.addColumn('sum', `${counted}/${value}`, {
        doc: `The sum: ${this.describe(filter, input)}${unitInWords(measure)}.`,
        create: `new ${this.imports.value('RunningSum')}()`,
        write: own =>
          `this.${own}.add(at, end, ${counted === 'true' ? value : `${counted} ? ${value} : 0`});`,
        fold: own =>
          `this.${own}.carry(base, end, ${counted === 'true' ? value : `${counted} ? ${value} : 0`});`,
      });
      return { name, wide: false };
    }
    const set = measure.kind === 'fix62' ? 'fix62' : 'integer';
    return {
      name: this.#wide('sum', filter, input, measure, set, `The sum: %${unitInWords(measure)}.`),
      wide: true,
    };
  }

  squares(filter: number | null, input: number, measure: Measure): string {
    return this.#wide('squares', filter, input, measure, 'square', 'The sum of squares: %.');
  }

  /** The values of selected rows, null elsewhere; with no input, a mark on selected rows. */
  values(filter: number | null, input: number | null): string {
    const test = this.counted(filter, input, itself);
    const doc = `${input === null ? 'Which' : 'The values'}: ${this.describe(filter, input)}.`;
    if (input === null) {
      return this.addColumn('mark', test, {
        doc,
        create: `new ${this.imports.value('FlagColumn')}()`,
        write: name => `this.${name}.cells[at] = ${test === 'true' ? '1' : `${test} ? 1 : -1`};`,
      });
    }
    const always = test === 'true';
    switch (cellKinds[this.inputType(input).kind]) {
      case 'number':
        return this.addColumn('values', `${filter}/${input}`, {
          doc,
          create: `new ${this.imports.value('NumberColumn')}()`,
          write: name =>
            `this.${name}.cells[at] = ${filter === null ? `input${input}` : `selected${filter} ? input${input} : NaN`};`,
        });
      case 'flag':
        return this.addColumn('values', `${filter}/${input}`, {
          doc,
          create: `new ${this.imports.value('FlagColumn')}()`,
          write: name =>
            `this.${name}.cells[at] = ${always ? '' : `${test} ? `}input${input} ? 1 : 0${always ? '' : ' : -1'};`,
        });
      case 'code':
        return this.addColumn('values', `${filter}/${input}`, {
          doc,
          create: `new ${this.imports.value('CodeColumn')}(group.dictionary)`,
          write: name =>
            always
              ? `this.${name}.set(at, this.group.dictionary.encode(input${input}));`
              : `this.${name}.set(at, ${test} ? this.group.dictionary.encode(input${input}) : ${this.imports.value('NO_CODE')});`,
        });
    }
  }

  /** What a selected value does to a sketch, as one whole number. */
  sketch(filter: number | null, input: number, kind: 'register' | 'bucket'): string {
    const test = this.counted(filter, input, itself);
    const absent = this.imports.value('ABSENT');
    const cell =
      kind === 'register'
        ? `${this.imports.value('registerOf')}(${this.#hashedText(input)})`
        : `${this.imports.value('bucketOf')}(input${input})`;
    return this.addColumn(kind, `${filter}/${input}`, {
      doc: `${kind === 'register' ? 'Registers' : 'Buckets'}: ${this.describe(filter, input)}.`,
      create: `new ${this.imports.value('IntegerColumn')}()`,
      write: name => `this.${name}.cells[at] = ${test === 'true' ? cell : `${test} ? ${cell} : ${absent}`};`,
    });
  }

  /** The running count of changes of a value. */
  changes(filter: number | null, input: number): string {
    const values = this.values(filter, input);
    this.ordered = true;
    const add = this.imports.value('addChange');
    return this.#counting('changed', values, false, {
      doc: `How many differ from the one before: ${this.describe(filter, input)}.`,
      write: name => `${add}(this.${name}, this.${values}, at, this.rows.origin(slot) + 1, end);`,
    });
  }

  /** A column that has a value on selected rows and on no others, for pins. */
  marks(filter: number | null): string {
    return filter === null ? EVENT_TIMES : this.values(filter, null);
  }

  /** Whether an input is the event time of every row, which is kept anyway and is the same for rows that tie. */
  isEventTime(filter: number | null, input: number | null): boolean {
    const expr = input === null ? null : this.plan.inputs[input]!;
    return (
      filter === null && expr?.kind === 'column' && !expr.nullable && expr.path.join('.') === this.eventTime
    );
  }

  observer(role: string, key: string, doc: string, create: string): string {
    const known = this.observers.get(`${role}/${key}`);
    if (known) return known.name;
    const name = `${role}${[...this.observers.values()].filter(part => part.name.startsWith(role)).length}`;
    this.observers.set(`${role}/${key}`, { name, doc, create });
    return name;
  }

  /** Keeps some of the rows that no window sees. */
  pin(kind: 'KeepNewest' | 'KeepOldest' | 'KeepExtreme', column: string, argument: number | null): void {
    const of = column === EVENT_TIMES ? this.imports.value('EVERY_ROW') : `this.${column}`;
    const create = `new ${this.imports.value(kind)}(${of}${argument === null ? '' : `, ${argument}`})`;
    this.pins.set(create, create);
  }

  selected(filter: number | null): string {
    return filter === null ? '' : `selected${filter} && `;
  }

  /** Whether a row counts: selected, and its measure is not null. A word, or `true`. */
  counted(filter: number | null, input: number | null, measure: Measure): string {
    const present = input === null ? 'true' : this.#present(input, measure);
    if (present === 'true') return filter === null ? 'true' : `selected${filter}`;
    if (filter === null && !present.includes(' && ')) return present;
    const suffix = measure.kind === 'value' ? '' : `_${this.measured(input!, measure)}`;
    const name = `counted${filter ?? ''}_${input}${suffix}`;
    this.prelude.set(name, `const ${name} = ${this.selected(filter)}${present};`);
    return name;
  }

  /** The name that holds a measure; NaN where it is null. */
  measured(input: number, measure: Measure): string {
    if (measure.kind === 'value' || measure.kind === 'fix62') return `input${input}`;
    const type = this.inputType(input);
    if (type.kind === 'int' && measure.scale === 0) return `input${input}`;
    const name = `scaled${input}_${measure.scale}`;
    this.prelude.set(name, `const ${name} = Math.round(input${input} * 1e${measure.scale});`);
    return name;
  }

  #present(input: number, measure: Measure): string {
    const expr = this.plan.inputs[input]!;
    if (measure.kind === 'fix62') return `${this.imports.value('isSummable')}(input${input})`;
    if (measure.kind === 'scaled' && expr.type.kind === 'double') {
      return `Math.abs(${this.measured(input, measure)}) <= 9007199254740992`;
    }
    if (!expr.nullable && expr.type.kind !== 'double') return 'true';
    return cellKinds[expr.type.kind] === 'number'
      ? `input${input} === input${input}`
      : `input${input} !== null`;
  }

  /**
   * Whether the sum of any window fits 64 bits: a segment holds fewer than 2^29 rows, so values must lie below
   * 2^34, as those of a decimal of at most 10 digits do.
   */
  #fitsWord(input: number): boolean {
    const type = this.inputType(input);
    return type.kind === 'decimal' && type.precision <= 10;
  }

  /** How many words of 32 bits the sum of any window fits: values, 2^29 of them, and the sign. */
  #wordsOf(input: number, set: 'integer' | 'square' | 'fix62'): number {
    const type = this.inputType(input);
    const whole = type.kind === 'decimal' ? Math.ceil(type.precision * Math.log2(10)) : 53;
    const bits = { integer: whole, square: 2 * whole, fix62: 52 + 62 }[set];
    return Math.max(3, Math.ceil((bits + 29 + 1) / 32));
  }

  #hashedText(input: number): string {
    const type = this.inputType(input);
    if (type.kind === 'decimal') return `String(Math.round(input${input} * 1e${type.scale}))`;
    return cellKinds[type.kind] === 'code' && type.kind !== 'bigint'
      ? `input${input}`
      : `String(input${input})`;
  }

  #wide(
    role: string,
    filter: number | null,
    input: number,
    measure: Measure,
    set: 'integer' | 'square' | 'fix62',
    doc: string,
  ): string {
    const counted = this.counted(filter, input, measure);
    const value = this.measured(input, measure);
    const prepare = (name: string): string =>
      counted === 'true'
        ? `this.${name}.${set}(${value});`
        : `if (${counted}) this.${name}.${set}(${value});\nelse this.${name}.none();`;
    return this.addColumn(role, `${counted}/${value}/${set}`, {
      doc: doc.replace('%', this.describe(filter, input)),
      create: `new ${this.imports.value('WideSum')}(${this.#wordsOf(input, set)})`,
      write: name => `${prepare(name)}\nthis.${name}.add(at, end);`,
      fold: name => `${prepare(name)}\nthis.${name}.carry(base, end);`,
    });
  }

  /** A running count: 32 bits suffice where only windows read it. */
  #counting(
    role: string,
    key: string,
    lifetime: boolean,
    spec: Omit<Parameters<FeedLayout['addColumn']>[2], 'create'>,
  ): string {
    const create = (readBy: string): string => `new ${this.imports.value('RunningCount')}('${readBy}')`;
    const name = this.addColumn(role, key, { ...spec, create: create('windows') });
    const id = `${role}/${key}`;
    if (lifetime) this.columns.set(id, { ...this.columns.get(id)!, create: create('lifetime') });
    return name;
  }

  addColumn(
    role: string,
    key: string,
    spec: {
      readonly doc: string;
      readonly create: string;
      readonly write: (name: string) => string;
      readonly fold?: (name: string) => string;
    },
  ): string {
    const id = `${role}/${key}`;
    const known = this.columns.get(id);
    if (known) return known.name;
    const name = `${role}${[...this.columns.values()].filter(column => column.name.replace(/\d+$/, '') === role).length}`;
    const { doc, create } = spec;
    this.columns.set(id, { name, doc, create, write: spec.write(name), fold: spec.fold?.(name) ?? null });
    return name;
  }
}

function oneIf(test: string): string {
  return test === 'true' ? '1' : `${test} ? 1 : 0`;
}

function unitInWords(measure: Measure): string {
  if (measure.kind === 'fix62') return ', in units of 2^-62';
  return measure.kind === 'scaled' && measure.scale > 0 ? `, in units of 10^-${measure.scale}` : '';
}
