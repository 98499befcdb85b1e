import { startOfUnit } from '../../../kernels/calendar.ts';
import type { Instant } from '../../../kernels/instant.ts';
import type { Random } from '../random.ts';
import type { Edges } from './edges.ts';

/** Around which reads gather: changes of clocks north and south, ends of year, a leap day, before 1970. */
const OCCASIONS = [
  '2024-03-31T01:00:00Z', // Berlin springs forward
  '2024-10-27T01:00:00Z', // and falls back
  '2024-03-10T07:00:00Z', // New York
  '2024-11-03T06:00:00Z',
  '2018-11-04T03:00:00Z', // São Paulo skips a midnight
  '2024-02-29T23:59:59Z',
  '2024-12-31T23:00:00Z',
  '1969-12-31T23:59:59Z',
  '2023-06-15T12:34:56Z',
];

/** The instants of a session's reads: few, so that events may aim at them, and with edges of their own. */
export function readInstants(edges: Edges, random: Random): number[] {
  const base = Date.parse(random.pick(OCCASIONS)) * 1000;
  const instants = new Set([base, base + 1]);
  while (instants.size < 12) {
    const near = random.pick([...instants]);
    instants.add(
      random.chance(0.3)
        ? onAnEdge(near, edges, random)
        : near + random.pick([1, 3_600_000_000, random.below(7_200_000_000), random.pick(edges.lengths)]),
    );
  }
  return [...instants];
}

function onAnEdge(t: number, { steps, calendars }: Edges, random: Random): number {
  if (steps.length > 0 && (calendars.length === 0 || random.chance(0.5))) {
    const step = random.pick(steps);
    return Math.floor(t / step) * step + random.between(-1, 1);
  }
  if (calendars.length === 0) return t + 1_000_000;
  const { unit, zone } = random.pick(calendars);
  return startOfUnit[unit](t as Instant, zone) + random.between(-1, 1);
}
