import { Refusal } from '../decode/refusal.ts';

/** A record that is not refused for a column, but for what stands around its row. */
export function badEnvelope(message: string): Refusal {
  return new Refusal('bad-envelope', null, message);
}
