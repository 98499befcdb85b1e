import type { EntityKey, Program, VectorPlan } from '../../../generator/ir/index.ts';
import { columnValue, keyValue } from '../history/column-values.ts';
import { edgesOf } from '../history/edges.ts';
import type { Edges } from '../history/edges.ts';
import { randomHistory } from '../history/history.ts';
import type { LoggedRecord } from '../history/history.ts';
import { keyColumnsOf } from '../history/key-columns.ts';
import { readInstants } from '../history/read-instants.ts';
import type { Random } from '../random.ts';
import { decodedRequest } from './request.ts';
import type { Read, Session, Step } from './read.ts';

export interface SessionSize {
  /** Records of each source. */
  readonly records: number;
  /** Reads of each group and vector. */
  readonly reads: number;
}

/** A random history of a program, and random reads of all its groups and vectors. */
export function randomSession(program: Program, size: SessionSize, random: Random): Session {
  const edges = edgesOf(program);
  const instants = readInstants(edges, random);
  const plan = { edges, reads: instants, keyColumns: keyColumnsOf(program), size: size.records };
  const history = randomHistory(program, plan, random.fork());
  const knowledge = random.pick(['arrival', 'arrival', 'frontier', 'hindsight'] as const);
  const lookback = Math.min(...program.groups.map(group => group.lookback));
  const reads = randomReads(program, size.reads, { edges, instants, lookback }, random.fork());
  switch (knowledge) {
    case 'arrival':
      return { knowledge, order: history, steps: stepsByArrival(history, reads) };
    case 'hindsight':
      return {
        knowledge,
        order: interleaved(history, random),
        steps: [{ consumed: history.length, reads: byInstant(reads) }],
      };
    case 'frontier':
      return { knowledge, ...stepsByFrontier(interleaved(history, random), reads, random) };
  }
}

interface ReadPlan {
  readonly edges: Edges;
  readonly instants: readonly number[];
  readonly lookback: number;
}

function randomReads(program: Program, count: number, plan: ReadPlan, random: Random): Read[] {
  const { instants, lookback } = plan;
  // Of all a session's reads, or by the luck of each: what a training set knows of its rows.
  const lag = random.pick([0, 0, 0, 1, 60_000_000, lookback]);
  const anyLag = random.chance(0.3);
  const at = (): Pick<Read, 't' | 'knownAt' | 'before'> => {
    const t = random.pick(instants);
    const knownAt = anyLag ? t + random.below(lookback + 1) : t - lag;
    return { t, knownAt, before: random.chance(0.25) };
  };
  const groups = program.groups.flatMap(({ name, keys }) =>
    Array.from({ length: count }, (): Read => ({
      kind: 'group',
      name,
      request: keysFor(keys, random),
      ...at(),
    })),
  );
  const vectors = program.vectors.flatMap(vector =>
    Array.from({ length: count }, (): Read => ({
      kind: 'vector',
      name: vector.name,
      request: requestFor(vector, plan.edges, random),
      ...at(),
    })),
  );
  return [...groups, ...vectors];
}

function keysFor(keys: readonly EntityKey[], random: Random): Read['request'] {
  return Object.fromEntries(keys.map(({ name, type }) => [name, keyValue(type, random) as string]));
}

function requestFor(vector: VectorPlan, edges: Edges, random: Random): Read['request'] {
  const keys = new Set(
    vector.lookups.flatMap(lookup => lookup.keys.flatMap(key => (key.kind === 'request' ? [key.name] : []))),
  );
  const wire = vector.request.map(column => {
    const { name, type, nullable } = column;
    if (keys.has(name)) return [name, keyValue(type, random)] as const;
    const plain = { name, type, nullable, wire: { unit: 'us', other: 'refuse', checks: [] } } as const;
    return [
      name,
      decodedRequest(
        plain,
        columnValue(plain, edges, random, () => 1_700_000_000_000_000 + random.below(1000)),
      ),
    ] as const;
  });
  return Object.fromEntries(wire) as Read['request'];
}

const byInstant = (reads: readonly Read[]): Read[] => [...reads].sort((a, b) => a.t - b.t);

/** Each read when exactly the records that had arrived at its `knownAt` have been taken in. */
function stepsByArrival(history: readonly LoggedRecord[], reads: readonly Read[]): Step[] {
  const steps: { consumed: number; reads: Read[] }[] = [];
  for (const read of [...reads].sort((a, b) => a.knownAt - b.knownAt || a.t - b.t)) {
    const later = history.findIndex(({ effectiveArrival }) => effectiveArrival > read.knownAt);
    const consumed = later < 0 ? history.length : later;
    const last = steps.at(-1);
    if (last?.consumed === consumed) last.reads.push(read);
    else steps.push({ consumed, reads: [read] });
  }
  return steps;
}

/** Few frontiers, many reads at each; instants go on from step to step, as a clock does. */
function stepsByFrontier(
  order: readonly LoggedRecord[],
  reads: readonly Read[],
  random: Random,
): Pick<Session, 'order' | 'steps'> {
  const count = random.between(1, 4);
  const consumed = Array.from({ length: count }, () => random.below(order.length + 1)).sort((a, b) => a - b);
  const sorted = byInstant(reads);
  const share = Math.ceil(sorted.length / count);
  return {
    order,
    steps: consumed.map((end, i) => ({ consumed: end, reads: sorted.slice(i * share, (i + 1) * share) })),
  };
}

/** Another interleaving of the partitions; each keeps its order, through its epochs. */
function interleaved(history: readonly LoggedRecord[], random: Random): LoggedRecord[] {
  const partitions = new Map<string, LoggedRecord[]>();
  for (const record of history) {
    const place = `${record.source} ${record.partition}`;
    partitions.set(place, [...(partitions.get(place) ?? []), record]);
  }
  const waiting = [...partitions.values()].map(records => ({ records, next: 0 }));
  const order: LoggedRecord[] = [];
  while (waiting.length > 0) {
    const at = random.below(waiting.length);
    const partition = waiting[at]!;
    const run = random.between(1, 20);
    order.push(...partition.records.slice(partition.next, partition.next + run));
    partition.next += run;
    if (partition.next >= partition.records.length) waiting.splice(at, 1);
  }
  return order;
}
