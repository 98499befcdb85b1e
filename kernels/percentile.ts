// Read path.
// Order statistics by PostgreSQL's definitions of percentile_cont and percentile_disc, over n sorted values that
// are read by rank (0 … n − 1), wherever they are kept. Null for n = 0; 0 ≤ p ≤ 1.

/** The value at rank p·(n − 1), interpolated between its neighbours. */
export function percentileContAt(n: number, p: number, at: (rank: number) => number): number | null {
  if (n < 1) return null;
  const rank = p * (n - 1);
  const below = Math.floor(rank);
  const above = Math.ceil(rank);
  const low = at(below);
  return below === above ? low : low + (rank - below) * (at(above) - low);
}

/** The rank of the first value with at least p of all at or below it; n ≥ 1. */
export function percentileDiscRank(n: number, p: number): number {
  return Math.max(Math.ceil(p * n), 1) - 1;
}

export function percentileCont(sorted: ArrayLike<number>, p: number): number | null {
  return percentileContAt(sorted.length, p, rank => sorted[rank]!);
}

/** One of the values themselves, so of any type. */
export function percentileDisc<T>(sorted: ArrayLike<T>, p: number): T | null {
  return sorted.length < 1 ? null : sorted[percentileDiscRank(sorted.length, p)]!;
}
