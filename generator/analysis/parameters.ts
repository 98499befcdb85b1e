import type { Aggregate } from '../ir/index.ts';

/** What is wrong with an aggregate's own parameters; null when nothing is. */
export function parameterProblem(
  aggregate: Aggregate,
): { parameter: string; value: string; bounds: string } | null {
  switch (aggregate.kind) {
    case 'percentile':
    case 'approxPercentile':
      return bounded('the share p', aggregate.p, 0, 1, false);
    case 'topK':
      return bounded('k', aggregate.k, 1, 1000, true);
    case 'lastN':
      return bounded('n', aggregate.n, 1, 1000, true);
    case 'variance':
    case 'stddev':
      return bounded('scale', aggregate.scale, 0, 12, true);
    default:
      return null;
  }
}

function bounded(parameter: string, value: number, least: number, most: number, whole: boolean) {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return null;
  return {
    parameter,
    value: String(value),
    bounds: `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`,
  };
}
