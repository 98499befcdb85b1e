// Control path. Instants in the text of a statement.
import { formatInstant, instantFromMicroseconds } from '../../kernels/instant.ts';

/** Where PostgreSQL is told µs as a `bigint` expression: exact, where a division would not be. */
export const instantOf = (us: string): string => `'epoch'::timestamptz + ${us} * interval '1 microsecond'`;

/** In a message: all of it, for it may be copied into an option. */
export const instantText = (us: number): string =>
  !Number.isFinite(us)
    ? 'ever'
    : us % 1000 === 0
      ? new Date(us / 1000).toISOString()
      : formatInstant(instantFromMicroseconds(us));

/**
 * An instant as a constant: unlike a sum, it is known when a query is planned, and months that it rules out are not
 * looked at. µs of the years 1000 to 9999.
 */
export function instantConstant(us: number | bigint): string {
  const whole = BigInt(us);
  const inSecond = ((whole % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const second = new Date(Number((whole - inSecond) / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  return `'${second}.${String(inSecond).padStart(6, '0')}+00'::timestamptz`;
}
