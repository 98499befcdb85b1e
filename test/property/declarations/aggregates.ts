import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { inputsOver } from './inputs.ts';
import type { Input } from './inputs.ts';
import { quoted } from './terms.ts';
import type { Kind, Scope } from './terms.ts';

/** One feature as it is declared, and what a derived lambda may make of it. */
export interface DeclaredFeature {
  readonly code: string;
  readonly kind: Kind | 'list';
  readonly nullable: boolean;
  readonly values?: readonly string[];
}

/** A source as features name it. */
export interface FeatureSource {
  /** `clicks`, `orders.on({ … })`. */
  readonly code: string;
  readonly scope: Scope;
  /** Whether its rows have time: else there are lifetime features only. */
  readonly timed: boolean;
  /** Whether the entity's key tells one row of the table, so that `latest` may find it. */
  readonly findsRow?: boolean;
}

const LENGTHS = ['1us', '5s', '1m', '45m', '1h', '24h', '3d', '7d', '30d'];
const STEPS = ['1s', '5m', '1h', '1d', '7us'];
const ZONES = ['Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'Asia/Kolkata', 'UTC'];
const UNITS = ['hour', 'day', 'week', 'month', 'quarter', 'year'];

const calendar = fc
  .tuple(fc.constantFrom(...UNITS), fc.constantFrom(...ZONES))
  .map(([unit, zone]) => `calendar(${quoted(unit)}, ${quoted(zone)})`);
const length = fc.constantFrom(...LENGTHS).map(quoted);
const step = fc.constantFrom(...STEPS).map(quoted);
const rarely = <T>(arbitrary: Arbitrary<T>, freq = 4): Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null, freq });

interface Window {
  readonly over: string | null;
  readonly step: string | null;
  readonly delay: string | null;
  readonly bounds: string | null;
  readonly refresh: string | null;
  readonly last: number | null;
}

const window: Arbitrary<Window> = fc
  .record({
    over: fc.oneof(
      { arbitrary: length, weight: 6 },
      { arbitrary: calendar, weight: 2 },
      { arbitrary: fc.constant(null), weight: 2 },
    ),
    step: fc.option(step, { freq: 1, nil: null }),
    delay: fc.oneof(
      { arbitrary: fc.constant(null), weight: 3 },
      { arbitrary: fc.constantFrom('1us', '10m', '1h', '1d').map(quoted), weight: 1 },
    ),
    bounds: fc.oneof(
      { arbitrary: fc.constant(null), weight: 3 },
      { arbitrary: fc.constantFrom('(]', '[)', '[]', '()').map(quoted), weight: 1 },
    ),
    refresh: fc.oneof({ arbitrary: fc.constant(null), weight: 5 }, { arbitrary: step, weight: 1 }),
    last: fc.oneof(
      { arbitrary: fc.constant(null), weight: 5 },
      { arbitrary: fc.constantFrom(1, 2, 3, 10), weight: 1 },
    ),
  })
  .map(options =>
    options.over === null || options.over.startsWith('calendar') ? { ...options, step: null } : options,
  );

interface Drawn {
  readonly source: FeatureSource;
  readonly where: string | null;
  readonly window: Window;
  readonly withDefault: boolean;
}

/** What an aggregate's own part may be: `sum(e => e.n`, before the options. */
interface Call {
  readonly code: string;
  readonly kind: Kind | 'list';
  readonly nullable: boolean;
  readonly values?: readonly string[];
  /** Options of the aggregate alone. */
  readonly extra?: string;
  /** Cannot be held over a lifetime without end. */
  readonly needsEnd?: boolean;
}

/** Any aggregate of any source, over any window. */
export function aggregates(sources: readonly FeatureSource[]): Arbitrary<DeclaredFeature> {
  const drawn = sources.map(source => {
    const inputs = inputsOver(source.scope);
    const rest = fc.record<Drawn>({
      source: fc.constant(source),
      where: rarely(inputs.where, 2),
      window,
      withDefault: fc.boolean(),
    });
    const aggregate = fc.tuple(calls(inputs), rest).map(([call, drawn]) => declared(call, drawn));
    return source.findsRow === true
      ? fc.oneof({ arbitrary: aggregate, weight: 2 }, { arbitrary: latest(source, inputs), weight: 1 })
      : aggregate;
  });
  const one = fc.oneof(...drawn);
  return fc.oneof({ arbitrary: one, weight: 12 }, { arbitrary: ratios(one), weight: 1 });
}

/** A value of the one row that the entity's key tells. */
function latest({ code }: FeatureSource, inputs: Inputs): Arbitrary<DeclaredFeature> {
  const any: Arbitrary<Input> = fc.oneof(
    inputs.number,
    inputs.boolean,
    inputs.text,
    inputs.instant,
    inputs.column,
  );
  return fc.tuple(any, fc.boolean()).map(([input, withDefault]): DeclaredFeature => {
    const { kind, values } = input;
    const otherwise = withDefault ? defaultOf({ ...input, nullable: true }) : null;
    const options = otherwise === null ? '' : `, { default: ${otherwise} }`;
    return {
      code: `${code}.latest(${input.code}${options})`,
      kind,
      nullable: otherwise === null,
      ...(values === undefined ? {} : { values }),
    };
  });
}

/** One numeric aggregate divided by another. */
function ratios(one: Arbitrary<DeclaredFeature>): Arbitrary<DeclaredFeature> {
  const number = one.filter(({ kind }) => kind === 'int' || kind === 'double');
  return fc.tuple(number, number, fc.boolean()).map(([a, b, withDefault]) => ({
    code: `ratio(${a.code}, ${b.code}${withDefault ? ', { default: -1 }' : ''})`,
    kind: 'double',
    nullable: !withDefault,
  }));
}

function declared(call: Call, { source, where, window, withDefault }: Drawn): DeclaredFeature {
  const shown = source.timed
    ? bounded(call, window)
    : { last: window.last ?? (call.needsEnd === true ? 5 : null) };
  const options = Object.entries(shown).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  if (where !== null) options.unshift(`where: ${where}`);
  if (call.extra !== undefined) options.push(call.extra);
  const otherwise = call.nullable && withDefault ? defaultOf(call) : null;
  if (otherwise !== null) options.push(`default: ${otherwise}`);
  const { kind, values } = call;
  const code = `${source.code}.${call.code}${call.code.endsWith('(') ? '' : ', '}{ ${options.join(', ')} })`;
  return {
    code,
    kind,
    nullable: call.nullable && otherwise === null,
    ...(values === undefined ? {} : { values }),
  };
}

/** What needs every row of its window has a window with an end. */
function bounded(call: Call, window: Window): Window {
  return call.needsEnd === true && window.over === null && window.last === null
    ? { ...window, over: "'7d'" }
    : window;
}

function defaultOf({ kind, values }: Call): string | null {
  switch (kind) {
    case 'int':
      return '-1';
    case 'decimal':
    case 'double':
      return '0';
    case 'bigint':
      return '7n';
    case 'text':
      return "'none'";
    case 'enum':
      return quoted(values![0]!);
    case 'boolean':
      return 'false';
    default:
      return null;
  }
}

type Inputs = ReturnType<typeof inputsOver>;

function calls(inputs: Inputs): Arbitrary<Call> {
  const any: Arbitrary<Input> = fc.oneof(
    inputs.number,
    inputs.boolean,
    inputs.text,
    inputs.instant,
    inputs.column,
  );
  const ordered: Arbitrary<Input> = fc.oneof(
    inputs.number,
    inputs.text,
    inputs.instant,
    inputs.column.filter(({ kind }) => kind !== 'boolean'),
  );
  const texted: Arbitrary<Input> = fc.oneof(
    inputs.text,
    inputs.instant,
    inputs.boolean,
    inputs.column.filter(({ kind }) => kind !== 'double'),
  );
  const share = fc.constantFrom(0, 0.1, 0.25, 0.5, 0.95, 1, 1 / 3);
  const same = ({ kind, values }: Input): Pick<Call, 'kind' | 'values'> => ({
    kind,
    ...(values === undefined ? {} : { values }),
  });
  const kept = (name: string, input: Arbitrary<Input>, needsEnd = false): Arbitrary<Call> =>
    input.map(value => ({ code: `${name}(${value.code}`, ...same(value), nullable: true, needsEnd }));
  const count = (name: string, input: Arbitrary<Input>, needsEnd = false): Arbitrary<Call> =>
    input.map(({ code }) => ({ code: `${name}(${code}`, kind: 'int', nullable: false, needsEnd }));
  const list = (name: string, input: Arbitrary<Input>, needsEnd = false): Arbitrary<Call> =>
    input.map(({ code }) => ({ code: `${name}${code}`, kind: 'list', nullable: false, needsEnd }));
  const number = (name: string, extra?: Arbitrary<string>): Arbitrary<Call> =>
    fc.tuple(inputs.number, extra ?? fc.constant('')).map(([{ code }, more]) => ({
      code: `${name}(${code}`,
      kind: 'double',
      nullable: true,
      ...(more === '' ? {} : { extra: more }),
    }));
  const moment = fc.constantFrom('', 'population: true', 'scale: 2', 'scale: 0');
  const elapsed = fc.constantFrom('', "unit: 'h'", "unit: 'us'", "unit: 'd'");
  const time = (name: string): Arbitrary<Call> =>
    fc.tuple(elapsed, fc.option(inputs.instant, { nil: null })).map(([unit, at]) => {
      const extra = [unit, at === null ? '' : `time: ${at.code}`].filter(text => text !== '').join(', ');
      return { code: `${name}(`, kind: 'double', nullable: true, ...(extra === '' ? {} : { extra }) };
    });
  return fc.oneof(
    fc.constant<Call>({ code: 'count(', kind: 'int', nullable: false }),
    number('sum'),
    number('avg'),
    number('variance', moment),
    number('stddev', moment),
    kept('min', ordered),
    kept('max', ordered),
    kept('first', any),
    kept('last', any),
    kept('mode', any, true),
    count('countDistinct', any, true),
    count('changes', any, true),
    count('approxCountDistinct', texted, true),
    fc.constantFrom(1, 2, 5).chain(n => list(`last(${n}, `, any)),
    fc.constantFrom(1, 2, 3).chain(k => list(`topK(${k}, `, any, true)),
    list('distinct(', any, true),
    inputs.boolean.map(({ code }): Call => ({ code: `any(${code}`, kind: 'boolean', nullable: true })),
    inputs.boolean.map(({ code }): Call => ({ code: `all(${code}`, kind: 'boolean', nullable: true })),
    fc
      .tuple(inputs.number, share, fc.constantFrom("method: 'cont'", "method: 'disc'"))
      .map(([{ code }, p, extra]): Call => ({
        code: `percentile(${code}, ${p}`,
        kind: 'double',
        nullable: true,
        extra,
        needsEnd: true,
      })),
    fc.tuple(inputs.number, share).map(([{ code }, p]): Call => ({
      code: `approxPercentile(${code}, ${p}`,
      kind: 'double',
      nullable: true,
      needsEnd: true,
    })),
    inputs.number.map(({ code }): Call => ({
      code: `median(${code}`,
      kind: 'double',
      nullable: true,
      needsEnd: true,
    })),
    time('timeSince'),
    time('timeBetween'),
  );
}
