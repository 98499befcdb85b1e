// Hot path, but for the estimate.
// How many different values, in 4,096 bytes: HyperLogLog with p = 12 over 64-bit hashes, estimated after Otmar Ertl,
// "New cardinality estimation algorithms for HyperLogLog sketches" (arXiv 1702.01284, algorithm 6), which is
// unbiased over the whole range, without tables or special cases, by + − × ÷ and √ alone.
//
//   1. the top 12 bits of the hash choose a register
//   2. a register keeps the greatest rank seen: 1 + the leading zeros of the other 52 bits (53 when all are 0)
//   3. the histogram of the ranks gives the estimate
//
// Standard error against the true count: 1.04/√4096 = 1.63 % (95 % within 3.3 %).
import { hashTextInto } from './hash.ts';

export const HLL_REGISTERS = 4096;
/** q + 1 for q = 52 bits beside the register's number. */
const MAX_RANK = 53;
/** 4096² ÷ (2 ln 2), the latter as the nearest double of ln 2. */
const SCALE = (HLL_REGISTERS * HLL_REGISTERS) / (2 * 0.6931471805599453);

const hash = new Uint32Array(2);

/** Takes one value in; an integer comes as its decimal text. */
export function hllAdd(registers: Uint8Array, text: string): void {
  hashTextInto(text, hash);
  const high = hash[0]!;
  const register = high >>> 20;
  const rank = hllRank(high & 0xfffff, hash[1]!);
  if (registers[register]! < rank) registers[register] = rank;
}

/** Rank of the 52 bits below the register's number, given as 20 and 32 bits. */
export function hllRank(high20: number, low32: number): number {
  return high20 !== 0 ? Math.clz32(high20) - 11 : Math.clz32(low32) + 21;
}

/** Makes `into` the sketch of both. */
export function hllMerge(into: Uint8Array, from: Uint8Array): void {
  for (let register = 0; register < HLL_REGISTERS; register += 1) {
    if (into[register]! < from[register]!) into[register] = from[register]!;
  }
}

/** The estimated count, a whole number; 0 for a sketch of nothing. */
export function hllEstimate(registers: Uint8Array): number {
  const ranks = new Array<number>(MAX_RANK + 1).fill(0);
  for (const rank of registers) ranks[rank]! += 1;
  return estimateFromRanks(ranks);
}

function estimateFromRanks(ranks: readonly number[]): number {
  if (ranks[0] === HLL_REGISTERS) return 0;
  let z = HLL_REGISTERS * tau(1 - ranks[MAX_RANK]! / HLL_REGISTERS);
  for (let rank = MAX_RANK - 1; rank >= 1; rank -= 1) z = 0.5 * (z + ranks[rank]!);
  z += HLL_REGISTERS * sigma(ranks[0]! / HLL_REGISTERS);
  return Math.floor(SCALE / z + 0.5);
}

/** x + Σ x^(2^k)·2^(k−1) for k ≥ 1, 0 ≤ x < 1: the part of the empty registers. */
function sigma(x: number): number {
  let weight = 1;
  let sum = x;
  for (;;) {
    const before = sum;
    x = x * x;
    sum += x * weight;
    weight += weight;
    if (sum === before) return sum;
  }
}

/** (1 − x − Σ (1 − x^(2^-k))²·2^-k) ÷ 3 for k ≥ 1: the part of the full registers. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let weight = 1;
  let sum = 1 - x;
  for (;;) {
    const before = sum;
    x = Math.sqrt(x);
    weight *= 0.5;
    sum -= (1 - x) * (1 - x) * weight;
    if (sum === before) return sum / 3;
  }
}
