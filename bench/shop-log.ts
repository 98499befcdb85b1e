import { Random } from '../test/stream/support/random.ts';

const categories = ['books', 'games', 'garden', 'music', 'shoes', 'tools', 'toys', 'wine'];

/** One event of the shop as it is parsed off the wire. */
export interface ShopEvent {
  readonly event_id: number;
  readonly user_id: number;
  readonly session_id: string;
  readonly item_id: number;
  readonly event_type: string;
  readonly category: string | null;
  readonly revenue: string | null;
  readonly event_time: string;
}

export interface ShopLog {
  readonly events: readonly ShopEvent[];
  readonly bytes: readonly Uint8Array[];
  /** µs; non-decreasing. */
  readonly arrivals: Float64Array;
}

const START = Date.UTC(2024, 0, 1) * 1000;
const DAY = 86_400_000_000;

/** `days` of events by Zipf-distributed users; 5 % are up to ten minutes late. */
export function shopLog(seed: number, count: number, users: number, days: number): ShopLog {
  const random = new Random(seed);
  const sessions = new Float64Array(users + 1);
  const events: ShopEvent[] = [];
  const arrivals = new Float64Array(count);
  const zipf = zipfOf(users, random);
  for (let i = 0; i < count; i += 1) {
    const now = START + Math.floor((i / count) * days * DAY);
    const user = zipf();
    if (random.chance(0.25)) sessions[user]! += 1;
    const purchase = random.chance(0.08);
    const late = random.chance(0.05) ? random.below(600_000_000) : 0;
    arrivals[i] = now;
    events.push({
      event_id: i + 1,
      user_id: user,
      session_id: `s-${user.toString(36)}-${sessions[user]!.toString(36).padStart(6, '0')}`,
      item_id: 1 + random.below(50_000),
      event_type: purchase ? 'purchase' : random.pick(['click', 'view', 'view', 'add_to_cart']),
      category: random.chance(0.1) ? null : random.pick(categories),
      revenue: purchase ? (random.below(50_000) / 100).toFixed(2) : null,
      event_time: isoOf(now - late),
    });
  }
  const encoder = new TextEncoder();
  return { events, arrivals, bytes: events.map(event => encoder.encode(JSON.stringify(event))) };
}

export function isoOf(us: number): string {
  const ms = Math.floor(us / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1000).padStart(3, '0')}Z`;
}

/** Users 1 … n with probability falling as 1/rank, by inverting the continuous law. */
function zipfOf(users: number, random: Random): () => number {
  const top = Math.log(users + 1);
  return () => Math.min(users, Math.floor(Math.exp(random.next() * top)));
}
