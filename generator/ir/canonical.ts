/**
 * JSON with one form for one value: keys sorted, bigints as `{"$bigint": "…"}`, −0 kept apart, undefined
 * left out. What is equal prints equal, so that a digest of it can stand for a plan.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `{"$bigint":"${value}"}`;
  if (typeof value === 'number') return Object.is(value, -0) ? '{"$number":"-0"}' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
  return `{${entries.join(',')}}`;
}
