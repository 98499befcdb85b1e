import { isAcceptedInstant } from '../../kernels/instant-bounds.ts';
import { parseInstant } from '../../kernels/instant.ts';
import { parseDuration } from '../../runtime/config/units.ts';
import { Failure } from '../failure.ts';
import type { SnapshotCommandOptions } from './command.ts';

const most = 100_000;

/** The instants that are asked for, µs. @throws Failure */
export function instantsOf({
  at,
  every,
  from,
  to,
}: Pick<SnapshotCommandOptions, 'at' | 'every' | 'from' | 'to'>): number[] {
  if (at !== undefined) {
    if (every === undefined && from === undefined && to === undefined) return [instantOf('--at', at)];
    throw new Failure('give --at for one instant, or --every, --from and --to for a grid: not both');
  }
  if (every === undefined || from === undefined || to === undefined) {
    throw new Failure('which instant? Give --at, or --every, --from and --to for a grid');
  }
  const first = instantOf('--from', from);
  const last = instantOf('--to', to);
  const milliseconds = parseDuration(every);
  if (milliseconds === null) throw new Failure(`--every ${every} is no duration: write it as 1d, 6h or 15m`);
  const step = Math.round(milliseconds * 1000);
  if (last < first) throw new Failure('--to is before --from');
  const count = Math.floor((last - first) / step) + 1;
  if (count > most) throw new Failure(`that is a grid of ${count} instants, and ${most} is the most`);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

function instantOf(option: string, text: string): number {
  const instant = parseInstant(text);
  if (instant !== null && isAcceptedInstant(instant)) return instant;
  throw new Failure(
    `${option} ${text} is no instant of the years 1700 to 2249: write ISO 8601 with a zone, as 2026-01-01T00:00:00Z`,
  );
}
