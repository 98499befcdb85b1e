// Written by hand for `airport_departures` and nothing else: what generated code is measured against. Delays of each
// window in one sorted array, running totals in doubles, rows in order of time only, reads at rising instants only.

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const WINDOWS = [HOUR, 3 * HOUR, DAY, 7 * DAY];
/** Central standard time, as long as nobody moves the clocks. */
const OFFSET = 6 * HOUR;

interface SortedWindow {
  readonly length: number;
  low: number;
  high: number;
  sorted: Float64Array;
}

class Airport {
  times = new Float64Array(64);
  delays = new Float64Array(64);
  /** Before each row: sums of delays and of their squares, and how many were above 15. */
  sums = new Float64Array(65);
  squares = new Float64Array(65);
  late = new Int32Array(65);
  readonly destinations: string[] = [];
  size = 0;
  readonly windows: SortedWindow[] = WINDOWS.map(length => ({
    length,
    low: 0,
    high: 0,
    sorted: new Float64Array(16_384),
  }));
  busiestDay = -1;
  busiest: readonly string[] = [];
}

export class FlightsBaseline {
  readonly #airports = new Map<string, Airport>();

  ingest(time: number, delay: number, origin: string, destination: string): void {
    let airport = this.#airports.get(origin);
    if (airport === undefined) {
      airport = new Airport();
      this.#airports.set(origin, airport);
    }
    const at = airport.size;
    if (at === airport.times.length) grow(airport);
    airport.times[at] = time;
    airport.delays[at] = delay;
    airport.sums[at + 1] = airport.sums[at]! + delay;
    airport.squares[at + 1] = airport.squares[at]! + delay * delay;
    airport.late[at + 1] = airport.late[at]! + (delay > 15 ? 1 : 0);
    airport.destinations.push(destination);
    airport.size = at + 1;
  }

  read(name: string, t: number): Record<string, unknown> {
    const airport = this.#airports.get(name)!;
    const high = upTo(airport, t);
    const values: Record<string, unknown> = {};
    for (const window of airport.windows) {
      const low = upTo(airport, t - window.length);
      move(airport, window, low, high);
      const n = high - low;
      const sum = airport.sums[high]! - airport.sums[low]!;
      const squares = airport.squares[high]! - airport.squares[low]!;
      const hours = window.length === 7 * DAY ? '7d' : `${window.length / HOUR}h`;
      values[`departures_${hours}`] = n;
      values[`delay_${hours}_mean`] = n === 0 ? null : sum / n;
      values[`delay_${hours}_stddev`] = n < 2 ? null : Math.sqrt((n * squares - sum * sum) / (n * (n - 1)));
      values[`delay_${hours}_p95`] = n === 0 ? null : percentile(window.sorted, n, 0.95);
      values[`delay_${hours}_share`] = n === 0 ? null : (airport.late[high]! - airport.late[low]!) / n;
    }
    const midnight = Math.floor((t - OFFSET) / DAY) * DAY + OFFSET;
    values['departures_today'] = high - upTo(airport, midnight - 1);
    values['last_3_destinations'] = airport.destinations.slice(Math.max(0, high - 3), high).reverse();
    values['seconds_since_departure'] = high === 0 ? null : (t - airport.times[high - 1]!) / 1e6;
    values['busiest_destinations'] = busiest(airport, Math.floor(t / DAY));
    const [lately, usually] = [values['delay_1h_mean'], values['delay_7d_mean']] as (number | null)[];
    values['delay_change'] = lately == null || usually == null ? null : lately - usually;
    return values;
  }
}

function grow(airport: Airport): void {
  const size = airport.times.length * 2;
  const copy = <T extends Float64Array | Int32Array>(cells: T, to: T): T => {
    to.set(cells);
    return to;
  };
  airport.times = copy(airport.times, new Float64Array(size));
  airport.delays = copy(airport.delays, new Float64Array(size));
  airport.sums = copy(airport.sums, new Float64Array(size + 1));
  airport.squares = copy(airport.squares, new Float64Array(size + 1));
  airport.late = copy(airport.late, new Int32Array(size + 1));
}

/** How many rows have time ≤ t. */
function upTo({ times, size }: Airport, t: number): number {
  let left = 0;
  let right = size;
  while (left < right) {
    const middle = (left + right) >>> 1;
    if (times[middle]! <= t) left = middle + 1;
    else right = middle;
  }
  return left;
}

function move({ delays }: Airport, window: SortedWindow, low: number, high: number): void {
  const { sorted } = window;
  for (; window.high < high; window.high += 1) {
    const n = window.high - window.low;
    const at = placeOf(sorted, n, delays[window.high]!);
    sorted.copyWithin(at + 1, at, n);
    sorted[at] = delays[window.high]!;
  }
  for (; window.low < low; window.low += 1) {
    const n = window.high - window.low;
    const at = placeOf(sorted, n, delays[window.low]!);
    sorted.copyWithin(at, at + 1, n);
  }
}

function placeOf(sorted: Float64Array, n: number, value: number): number {
  let left = 0;
  let right = n;
  while (left < right) {
    const middle = (left + right) >>> 1;
    if (sorted[middle]! < value) left = middle + 1;
    else right = middle;
  }
  return left;
}

function percentile(sorted: Float64Array, n: number, p: number): number {
  const rank = p * (n - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  return below === rank ? low : low + (rank - below) * (sorted[below + 1]! - low);
}

function busiest(airport: Airport, day: number): readonly string[] {
  if (airport.busiestDay === day) return airport.busiest;
  const counts = new Map<string, number>();
  const high = upTo(airport, day * DAY);
  for (let i = upTo(airport, (day - 7) * DAY); i < high; i += 1) {
    const destination = airport.destinations[i]!;
    counts.set(destination, (counts.get(destination) ?? 0) + 1);
  }
  const order = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  airport.busiestDay = day;
  airport.busiest = order.slice(0, 3).map(([name]) => name);
  return airport.busiest;
}
