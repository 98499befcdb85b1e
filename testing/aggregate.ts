import type { AggregateSpec } from '../dsl/index.ts';
import { HLL_REGISTERS, hllAdd, hllEstimate } from '../kernels/hyperloglog.ts';
import { bucketOf, bucketValue } from '../kernels/quantile-histogram.ts';
import { compareScalars } from './scalar.ts';
import type { Scalar, Value } from './scalar.ts';
import type { ValueType } from './value-type.ts';

/**
 * The aggregates of values (semantics §5), each in its plainest form over the whole array.
 * @param values the inputs that are not null, in order
 * @param type the type of the input's lambda, for exactness
 */
export function aggregate(spec: AggregateSpec, values: readonly Scalar[], type: ValueType): Value {
  const numbers = values as readonly number[];
  switch (spec.kind) {
    case 'count':
      return values.length;
    case 'countDistinct':
      return new Set(values).size;
    case 'sum':
    case 'avg':
      return sumOrMean(spec.kind, numbers, type);
    case 'variance':
    case 'stddev':
      return spread(spec, numbers, type);
    case 'min':
      return sorted(values)[0] ?? null;
    case 'max':
      return sorted(values).at(-1) ?? null;
    case 'percentile':
      return percentile(sorted(values) as number[], spec.p, spec.method);
    case 'mode':
      return byFrequency(values)[0] ?? null;
    case 'topK':
      return byFrequency(values).slice(0, spec.k);
    case 'first':
      return values[0] ?? null;
    case 'last':
      return values.at(-1) ?? null;
    case 'lastN':
      return values.slice(-spec.n).reverse();
    case 'distinctList':
      return [...new Set(values)];
    case 'any':
      return values.length === 0 ? null : values.includes(true);
    case 'all':
      return values.length === 0 ? null : !values.includes(false);
    case 'approxCountDistinct':
      return approximateCount(values, type);
    case 'approxPercentile': {
      const exact = percentile(sorted(values) as number[], spec.p, 'disc');
      return exact === null ? null : bucketValue(bucketOf(exact));
    }
    case 'changes':
    case 'timeSince':
    case 'timeBetween':
    case 'latest':
      throw new TypeError(`${spec.kind} is no aggregate of values: see feature.ts`);
  }
}

function sorted(values: readonly Scalar[]): Scalar[] {
  return [...values].sort(compareScalars);
}

/** By count descending, then value ascending. */
function byFrequency(values: readonly Scalar[]): Scalar[] {
  const counts = new Map<Scalar, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || compareScalars(a, b)).map(([value]) => value);
}

/** One exact integer sum, one rounding of it. A double is cut to a multiple of 2^−62; beyond 2^52 it is null. */
function sumOrMean(kind: 'sum' | 'avg', values: readonly number[], type: ValueType): number | null {
  const scale = exactScale(type);
  const summed = scale === null ? values.filter(x => Math.abs(x) <= 2 ** 52) : values;
  if (summed.length === 0) return null;
  const n = kind === 'sum' ? 1 : summed.length;
  if (scale !== null) return Number(total(summed.map(x => scaledInteger(x, scale)))) / (n * 10 ** scale);
  return (Number(total(summed.map(cutAt62Bits))) * 2 ** -62) / n;
}

function cutAt62Bits(x: number): bigint {
  const whole = Math.trunc(x);
  return BigInt(whole) * 2n ** 62n + BigInt(Math.trunc((x - whole) * 2 ** 62));
}

/** From the exact Σx and Σx² of scaled integers; of a double, round(x · 10^scale), beyond 2^53 null (rule 3). */
function spread(
  { kind, population, scale: declared }: Extract<AggregateSpec, { kind: 'variance' | 'stddev' }>,
  values: readonly number[],
  type: ValueType,
): number | null {
  const exact = exactScale(type);
  const scale = exact ?? declared;
  const scaled = values.map(x =>
    exact === null ? Math.round(x * 10 ** scale) : Number(scaledInteger(x, scale)),
  );
  const kept = scaled.filter(x => Math.abs(x) <= 2 ** 53).map(BigInt);
  const n = BigInt(kept.length);
  if (n < (population ? 1n : 2n)) return null;
  const sum = total(kept);
  const squares = total(kept.map(x => x * x));
  const pairs = population ? n * n : n * (n - 1n);
  const variance = Number(n * squares - sum * sum) / (Number(pairs) * Number(`1e${2 * scale}`));
  return kind === 'variance' ? variance : Math.sqrt(variance);
}

/** The scale at which the input is a whole number; null for a double. */
function exactScale(type: ValueType): number | null {
  return type.kind === 'int' ? 0 : type.kind === 'decimal' ? type.scale : null;
}

/** A decimal's nearest double is within half a unit of its scaled integer: it has at most 15 digits. */
function scaledInteger(x: number, scale: number): bigint {
  return BigInt(Math.round(x * 10 ** scale));
}

function total(values: readonly bigint[]): bigint {
  return values.reduce((sum, x) => sum + x, 0n);
}

/** PostgreSQL's percentile_cont and percentile_disc (EXACTNESS §2). */
function percentile(values: readonly number[], p: number, method: 'cont' | 'disc'): number | null {
  const n = values.length;
  if (n === 0) return null;
  if (method === 'disc') return values[Math.max(Math.ceil(p * n), 1) - 1]!;
  const place = p * (n - 1);
  const below = Math.floor(place);
  const low = values[below]!;
  return below === place ? low : low + (place - below) * (values[below + 1]! - low);
}

/** The sketch is the definition (rule 8): it hashes the text of each value. */
function approximateCount(values: readonly Scalar[], type: ValueType): number {
  const registers = new Uint8Array(HLL_REGISTERS);
  const scale = exactScale(type);
  for (const value of values) {
    hllAdd(
      registers,
      typeof value === 'number' && scale !== null ? String(scaledInteger(value, scale)) : String(value),
    );
  }
  return hllEstimate(registers);
}
