import type { CalendarUnit, Expr, Program, WindowPlan } from '../../../generator/ir/index.ts';
import { childrenOf } from '../../../generator/ir/visit.ts';
import { startOfUnit } from '../../../kernels/calendar.ts';
import type { Instant } from '../../../kernels/instant.ts';
import type { Random } from '../random.ts';

/** What a program's values hang on: where histories should aim. All lengths are µs. */
export interface Edges {
  /** How far before a read something begins or ends to count: windows, delays, and both together. */
  readonly lengths: readonly number[];
  /** Steps and refreshes. */
  readonly steps: readonly number[];
  readonly calendars: readonly { readonly unit: CalendarUnit; readonly zone: string }[];
  /** Constants of lambdas. */
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

const HOUR = 3_600_000_000;

export function edgesOf(program: Program): Edges {
  const lengths = new Set<number>([HOUR]);
  const steps = new Set<number>();
  const calendars = new Map<string, Edges['calendars'][number]>();
  const literals = new Set<unknown>();
  for (const group of program.groups) {
    for (const { window } of group.aggregates) addWindow(window, lengths, steps, calendars);
    for (const { inputs, filters, keys } of group.feeds) {
      for (const expr of [...inputs, ...filters, ...keys]) addLiterals(expr, literals);
    }
  }
  for (const source of program.sources) {
    if (source.kind === 'stream') lengths.add(source.earliness).add(source.lateness ?? HOUR);
  }
  return {
    lengths: [...lengths].filter(length => length > 0),
    steps: [...steps],
    calendars: [...calendars.values()],
    numbers: [...literals].filter(value => typeof value === 'number'),
    texts: [...literals].filter(value => typeof value === 'string'),
  };
}

function addWindow(
  { over, delay, step, refresh }: WindowPlan,
  lengths: Set<number>,
  steps: Set<number>,
  calendars: Map<string, Edges['calendars'][number]>,
): void {
  const length = over.kind === 'duration' ? over.length : 0;
  for (const each of [length, delay, length + delay]) lengths.add(each);
  for (const each of [step, refresh]) if (each !== null) steps.add(each);
  if (over.kind === 'calendar') calendars.set(`${over.unit} ${over.zone}`, over);
}

function addLiterals(expr: Expr, literals: Set<unknown>): void {
  if (expr.kind === 'literal') literals.add(expr.value);
  if (expr.kind === 'one-of') for (const option of expr.options) literals.add(option.value);
  for (const child of childrenOf(expr)) addLiterals(child, literals);
}

const floorTo = (t: number, step: number): number => Math.floor(t / step) * step;

/** An instant that a read at one of `reads` may just see, or just not. */
export function aimedInstant(reads: readonly number[], edges: Edges, random: Random): number {
  const t = random.pick(reads);
  const from = random.chance(0.6) ? t - random.pick(edges.lengths) : t;
  switch (random.below(5)) {
    case 0:
      return from - random.below(3) + 1;
    case 1:
      return from + random.below(2);
    case 2:
      return edges.steps.length === 0
        ? from
        : floorTo(from, random.pick(edges.steps)) + random.between(-1, 1);
    case 3: {
      if (edges.calendars.length === 0) return from;
      const { unit, zone } = random.pick(edges.calendars);
      return startOfUnit[unit](t as Instant, zone) + random.between(-1, 1);
    }
    default:
      return t - random.below(random.pick(edges.lengths));
  }
}
