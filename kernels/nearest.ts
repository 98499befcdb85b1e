/**
 * The candidate that `name` was most likely meant to be: at most a third of its letters (and at least one)
 * inserted, deleted, replaced or swapped with a neighbour; case counts half. Null where none is that near.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, name.length / 3) + 0.1;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > least) continue;
    const distance = editDistance(name, candidate);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** "did you mean 'revenue'?", the whole list where it is short, or null where neither helps. */
export function suggestion(name: string, candidates: Iterable<string>): string | null {
  const valid = [...candidates];
  const near = nearest(name, valid);
  if (near !== null) return `did you mean '${near}'?`;
  if (valid.length === 0 || valid.length > 12) return null;
  return valid.length === 1 ? `there is only '${valid[0]}'` : `there are ${listed(valid)}`;
}

/** `'a', 'b' and 'c'`. */
export function listed(names: readonly string[]): string {
  const quoted = names.map(name => `'${name}'`);
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}

/** Optimal string alignment: rows of the usual table, the last two of them kept. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = letterDistance(a.charAt(i - 1), b.charAt(j - 1));
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + change);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}

function letterDistance(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? 0.5 : 1;
}
