// Control path. Which way a window's aggregates are computed.
import type { Density, WindowDensity } from './measure.ts';
import type { SqlGroup, SqlPart, SqlWindow, SqlWindowProbe } from './program.ts';

/**
 * | shape            | how                                                                | good for                    |
 * | ---------------- | ------------------------------------------------------------------ | --------------------------- |
 * | `lateral`        | every row of the window is looked at                               | sparse keys, short windows  |
 * | `running-totals` | sums as the difference of two running totals; the rest by lateral  | sums over dense keys        |
 * | `tiles`          | least and greatest values over daily tiles and raw edges; the rest by lateral | min/max over dense keys |
 * | `auto`           | the best of the three for each value, see {@link choose}           |                             |
 *
 * All give the same bits.
 */
export type Shape = 'auto' | 'lateral' | 'running-totals' | 'tiles';

export type Method = 'lateral' | 'totals' | 'tiles';

/** The parts of each window probe, by method. */
export interface Plan {
  readonly window: number;
  readonly method: Method;
  readonly parts: readonly SqlPart[];
}

/** @param densities by feed; of no matter but to `auto` */
export function planProbes(
  group: SqlGroup,
  shape: Shape,
  densities: ReadonlyMap<number, Density>,
): readonly Plan[] {
  const probes = group.probes.filter(probe => probe.kind === 'window');
  const summed =
    shape === 'auto'
      ? new Set(group.feeds.flatMap(({ index }) => windowsToSum(group, probes, index, densities.get(index)!)))
      : new Set(shape === 'running-totals' ? group.windows.map(({ index }) => index) : []);
  return probes.flatMap(probe => {
    const isSummed = summed.has(probe.window);
    const tiled =
      shape === 'auto'
        ? worthTiles(probe, isSummed, densities.get(windowOf(group, probe).feed)!)
        : shape === 'tiles';
    const methodOf = ({ total, merge }: SqlPart): Method => {
      if (total !== null && isSummed) return 'totals';
      return merge !== null && tiled ? 'tiles' : 'lateral';
    };
    return (['lateral', 'totals', 'tiles'] as const)
      .map(method => ({
        window: probe.window,
        method,
        parts: probe.parts.filter(part => methodOf(part) === method),
      }))
      .filter(({ parts }) => parts.length > 0);
  });
}

/**
 * Costs, in rows looked at by lateral: an index look-up, a row's running totals, one more aggregate over a row, and
 * the few queries that a window's tiles and edges are.
 */
const lookupCost = 10;
const stagingCost = 12;
const furtherCost = 0.1;
const tilesCost = 80;
const dayInMicroseconds = 86_400_000_000;

/**
 * Which windows of a feed `auto` sums by running totals: those where the look-up at the start costs less than the
 * rows, if all of them together save more than the totals cost to make, and the look-ups at the end and for rows
 * that are not known yet. Where rows are looked at anyway, one more aggregate over them costs little.
 */
function windowsToSum(
  group: SqlGroup,
  probes: readonly SqlWindowProbe[],
  feed: number,
  { reads, rows, lags, windows }: Density,
): readonly number[] {
  const gains = probes
    .filter(probe => windowOf(group, probe).feed === feed)
    .map(probe => {
      const sums = probe.parts.filter(({ total }) => total !== null).length;
      const visited = windows.get(probe.window)!.rows;
      const byLateral = sums < probe.parts.length ? visited * sums * furtherCost : lookupCost + visited;
      const lookups = windowOf(group, probe).lo === null ? 0 : lookupCost;
      return { window: probe.window, gain: sums === 0 ? 0 : reads * (byLateral - lookups) };
    })
    .filter(({ gain }) => gain > 0);
  const cost = stagingCost * rows + reads * lookupCost * (1 + lags.length);
  return gains.reduce((sum, { gain }) => sum + gain, 0) > cost ? gains.map(({ window }) => window) : [];
}

/**
 * Least and greatest values: over whole days, and the raw rows of two days at the edges. Where other parts look at
 * every row anyway, one more aggregate over them costs little.
 */
function worthTiles(
  { window, parts }: SqlWindowProbe,
  isSummed: boolean,
  { reads, rows, span, windows }: Density,
): boolean {
  const density = windows.get(window)!;
  const isVisited = parts.some(({ total, merge }) => merge === null && !(isSummed && total !== null));
  const byLateral = isVisited ? density.rows * furtherCost : lookupCost + density.rows;
  const days = Math.min(density.length ?? span, span) / dayInMicroseconds;
  const byTiles = tilesCost + days + edgeRows(density, days);
  return reads * (byLateral - byTiles) > rows;
}

function edgeRows({ rows, length }: WindowDensity, days: number): number {
  return rows * Math.min(1, (length === null ? 1 : 2) / Math.max(days, 1));
}

function windowOf({ windows }: SqlGroup, probe: SqlWindowProbe): SqlWindow {
  return windows.find(({ index }) => index === probe.window)!;
}
