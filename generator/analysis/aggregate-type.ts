import type { Aggregate, ScalarType, ValueType } from '../ir/index.ts';

/** What an aggregate yields for an input, or what it asks of its input in words. */
export type AggregateTyping =
  { readonly type: ValueType; readonly nullable: boolean } | { readonly problem: string };

const INT: ScalarType = { kind: 'int' };
const DOUBLE: ScalarType = { kind: 'double' };
const BOOLEAN: ScalarType = { kind: 'boolean' };

const isNumber = (type: ScalarType | null): boolean =>
  type !== null && (type.kind === 'int' || type.kind === 'decimal' || type.kind === 'double');

/** The table of `plan.ts`, as code. `input`: null where the aggregate has no lambda. */
export function aggregateType(aggregate: Aggregate, input: ScalarType | null): AggregateTyping {
  switch (aggregate.kind) {
    case 'count':
      return { type: INT, nullable: false };
    case 'countDistinct':
    case 'changes':
      return { type: INT, nullable: false };
    case 'approxCountDistinct':
      if (input?.kind === 'double')
        return { problem: 'a value that is not a computed number: use countDistinct for doubles' };
      return { type: INT, nullable: false };
    case 'sum':
    case 'avg':
    case 'variance':
    case 'stddev':
    case 'approxPercentile':
      return isNumber(input) ? { type: DOUBLE, nullable: true } : { problem: 'a number' };
    case 'percentile':
      if (!isNumber(input)) return { problem: 'a number' };
      return { type: aggregate.method === 'disc' ? input! : DOUBLE, nullable: true };
    case 'min':
    case 'max':
      return input!.kind === 'boolean'
        ? { problem: 'a number, an instant or a text; use any or all for booleans' }
        : { type: input!, nullable: true };
    case 'mode':
    case 'first':
    case 'last':
    case 'latest':
      return { type: input!, nullable: true };
    case 'topK':
    case 'lastN':
    case 'distinctList':
      return { type: { kind: 'list', of: input! }, nullable: false };
    case 'any':
    case 'all':
      return input?.kind === 'boolean' ? { type: BOOLEAN, nullable: true } : { problem: 'a boolean' };
    case 'timeSince':
    case 'timeBetween':
      return input === null || input.kind === 'timestamp'
        ? { type: DOUBLE, nullable: true }
        : { problem: 'an instant' };
  }
}
