import { parseInstant } from '../../kernels/instant.ts';
import { parseDuration } from '../../runtime/config/units.ts';
import { Failure } from '../failure.ts';

/**
 * An instant as ISO 8601, or as how long ago it was.
 * @param now µs
 * @returns µs
 * @throws Failure naming the option
 */
export function instantOption(option: string, text: string, now: number): number {
  const ago = parseDuration(text);
  if (ago !== null) return now - ago * 1000;
  const instant = parseInstant(text);
  if (instant !== null) return instant;
  throw new Failure(
    `${option} '${text}' is no instant: write it as '2026-01-31T12:00:00Z', or how long ago, as '2h'`,
  );
}
