import type { Instant } from './instant.ts';

/**
 * The instants that skewless takes in: from 1700-01-01 to 2250-01-01, so that every one of them, moved by
 * any window that is shorter than five years, is a safe integer of µs.
 */
export const earliestInstant = Date.UTC(1700, 0, 1) * 1000;
export const latestInstant = Date.UTC(2250, 0, 1) * 1000;

export function isAcceptedInstant(us: number): us is Instant {
  return Number.isSafeInteger(us) && us >= earliestInstant && us < latestInstant;
}
