// Written by hand for the shop's `user_behavior` and nothing else: what generated code is measured against.
// Plain objects where they are good enough, one ring of typed arrays a key, no positions, no snapshots, no past
// reads, no proof of anything: just the features.

import { ShopScanner } from './shop-scanner.ts';

const WEEK = 7 * 86_400_000_000;
const HORIZON = 600_000_000;
const LATENESS = 3_600_000_000;
const DAY = 86_400_000_000;

class UserRing {
  times = new Float64Array(4);
  sessions = new Int32Array(4);
  categories = new Int8Array(4);
  /** Running totals up to and with each row. */
  purchases = new Float64Array(4);
  revenue = new Float64Array(4);
  start = 0;
  end = 0;
  basePurchases = 0;
  baseRevenue = 0;
  last = 0;
}

export interface BaselineValues {
  readonly sessions_7d: number;
  readonly purchases_7d: number;
  readonly revenue_7d: number;
  readonly categories_visited_7d: number;
  readonly avg_order_value_7d: number | null;
  readonly last_active: number | null;
  readonly revenue_per_session_7d: number | null;
  readonly is_big_spender: boolean;
}

export class Baseline {
  readonly #users = new Map<number, UserRing>();
  readonly #sessions = new Map<string, number>();
  readonly #categories = new Map<string, number>();
  #young = new Map<number, number>();
  #old = new Map<number, number>();
  #since = -Infinity;
  #stamps = new Int32Array(1 << 16);
  #stamp = 0;
  readonly #decoder = new TextDecoder();
  readonly #scanner = new ShopScanner();

  /** The plain way from bytes to an event. */
  ingestJson(bytes: Uint8Array, arrivedAt: number): void {
    this.ingest(JSON.parse(this.#decoder.decode(bytes)), arrivedAt);
  }

  /** The fastest way known: a scanner that trusts the producer to the byte. */
  ingestBytes(bytes: Uint8Array, arrivedAt: number): void {
    const { event } = this.#scanner;
    this.#scanner.read(bytes);
    this.#take(
      event.event_id,
      event.user_id,
      event.session_id,
      event.category,
      event.isPurchase ? event.cents : -1,
      event.time,
      arrivedAt,
    );
  }

  ingest(
    event: {
      readonly event_id: number;
      readonly user_id: number;
      readonly session_id: string;
      readonly event_type: string;
      readonly category: string | null;
      readonly revenue: string | null;
      readonly event_time: string;
    },
    arrivedAt: number,
  ): void {
    this.#take(
      event.event_id,
      event.user_id,
      event.session_id,
      event.category,
      event.event_type === 'purchase' && event.revenue !== null
        ? Math.round(Number(event.revenue) * 100)
        : -1,
      parseTime(event.event_time),
      arrivedAt,
    );
  }

  /** @param cents −1: no purchase */
  #take(
    id: number,
    user: number,
    sessionId: string,
    categoryName: string | null,
    cents: number,
    time: number,
    arrivedAt: number,
  ): void {
    if (arrivedAt - time > LATENESS) return;
    if (arrivedAt - this.#since >= HORIZON) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#since = arrivedAt;
    }
    const before = this.#young.get(id) ?? this.#old.get(id);
    this.#young.set(id, arrivedAt);
    if (before !== undefined && arrivedAt - before < HORIZON) return;
    let ring = this.#users.get(user);
    if (ring === undefined) {
      ring = new UserRing();
      this.#users.set(user, ring);
    }
    let session = this.#sessions.get(sessionId);
    if (session === undefined) {
      session = this.#sessions.size;
      this.#sessions.set(sessionId, session);
    }
    let category = -1;
    if (categoryName !== null) {
      category = this.#categories.get(categoryName) ?? this.#categories.size;
      this.#categories.set(categoryName, category);
    }
    this.#insert(ring, time, session, category, cents < 0 ? 0 : 1, Math.max(cents, 0));
  }

  #insert(
    ring: UserRing,
    time: number,
    session: number,
    category: number,
    purchase: number,
    cents: number,
  ): void {
    if (ring.end === ring.times.length) makeRoom(ring);
    let at = ring.end;
    while (at > ring.start && ring.times[at - 1]! > time) at -= 1;
    const { times, sessions, categories, purchases, revenue } = ring;
    if (at < ring.end) {
      times.copyWithin(at + 1, at, ring.end);
      sessions.copyWithin(at + 1, at, ring.end);
      categories.copyWithin(at + 1, at, ring.end);
      purchases.copyWithin(at + 1, at, ring.end);
      revenue.copyWithin(at + 1, at, ring.end);
      for (let i = at + 1; i <= ring.end; i += 1) {
        purchases[i]! += purchase;
        revenue[i]! += cents;
      }
    }
    times[at] = time;
    sessions[at] = session;
    categories[at] = category;
    purchases[at] = (at > ring.start ? purchases[at - 1]! : ring.basePurchases) + purchase;
    revenue[at] = (at > ring.start ? revenue[at - 1]! : ring.baseRevenue) + cents;
    ring.end += 1;
    if (time > ring.last) ring.last = time;
  }

  read(user: number, t: number): BaselineValues {
    const ring = this.#users.get(user);
    if (ring === undefined) {
      return {
        sessions_7d: 0,
        purchases_7d: 0,
        revenue_7d: 0,
        categories_visited_7d: 0,
        avg_order_value_7d: null,
        last_active: null,
        revenue_per_session_7d: null,
        is_big_spender: false,
      };
    }
    const high = upTo(ring, t);
    const low = upTo(ring, t - WEEK);
    const purchases =
      total(ring.purchases, high, ring.start, ring.basePurchases) -
      total(ring.purchases, low, ring.start, ring.basePurchases);
    const revenue =
      total(ring.revenue, high, ring.start, ring.baseRevenue) -
      total(ring.revenue, low, ring.start, ring.baseRevenue);
    if (this.#sessions.size > this.#stamps.length) this.#stamps = new Int32Array(this.#sessions.size * 2);
    const stamps = this.#stamps;
    this.#stamp += 1;
    let sessions = 0;
    let seen = 0;
    let categories = 0;
    for (let at = low; at < high; at += 1) {
      const session = ring.sessions[at]!;
      if (stamps[session] !== this.#stamp) {
        stamps[session] = this.#stamp;
        sessions += 1;
      }
      const bit = ring.categories[at]! < 0 ? 0 : 1 << ring.categories[at]!;
      if ((seen & bit) === 0 && bit !== 0) categories += 1;
      seen |= bit;
    }
    const perSession = sessions === 0 ? null : revenue / 100 / sessions;
    return {
      sessions_7d: sessions,
      purchases_7d: purchases,
      revenue_7d: revenue / 100,
      categories_visited_7d: categories,
      avg_order_value_7d: purchases === 0 ? null : revenue / (purchases * 100),
      last_active: ring.last,
      revenue_per_session_7d: perSession,
      is_big_spender: (perSession ?? 0) > 100,
    };
  }
}

function total(cells: Float64Array, at: number, start: number, base: number): number {
  return at > start ? cells[at - 1]! : base;
}

/** One past the last row with time ≤ t. */
function upTo(ring: UserRing, t: number): number {
  let left = ring.start;
  let right = ring.end;
  while (left < right) {
    const middle = (left + right) >>> 1;
    if (ring.times[middle]! <= t) left = middle + 1;
    else right = middle;
  }
  return left;
}

/** Drops what lies a week and an hour behind, then doubles what is still full. */
function makeRoom(ring: UserRing): void {
  const first = upTo(ring, ring.times[ring.end - 1]! - WEEK - DAY / 24);
  if (first > 0) {
    ring.basePurchases = ring.purchases[first - 1]!;
    ring.baseRevenue = ring.revenue[first - 1]!;
  }
  const length = ring.end - first;
  const size = length * 4 > ring.times.length * 3 ? ring.times.length * 2 : ring.times.length;
  const copy = <T extends Float64Array | Int32Array | Int8Array>(cells: T, to: T): T => {
    to.set(cells.subarray(first, ring.end));
    return to;
  };
  ring.times = copy(ring.times, new Float64Array(size));
  ring.sessions = copy(ring.sessions, new Int32Array(size));
  ring.categories = copy(ring.categories, new Int8Array(size));
  ring.purchases = copy(ring.purchases, new Float64Array(size));
  ring.revenue = copy(ring.revenue, new Float64Array(size));
  ring.end = length;
}

function parseTime(text: string): number {
  return Date.parse(text) * 1000 + Number(text.slice(23, 26));
}
