// Control path. The keys that the history knows of at an instant, as the query of a spine.
import { formatInstant, instantFromMicroseconds } from '../../kernels/instant.ts';
import { listed } from '../../kernels/nearest.ts';
import { instantConstant } from '../history/instants.ts';
import type { SqlFeed, SqlScalarKind } from '../history/program.ts';
import { plainRecord, quoteIdentifier, quoteText } from '../history/relations.ts';
import { knownAt } from '../history/spine.ts';
import type { FrontierPosition, Known } from '../history/spine.ts';
import type { Scalar } from '../history/values.ts';
import { BadRequest } from './target.ts';
import type { Target } from './target.ts';

export interface KnownKeys {
  readonly target: Target;
  /** µs. */
  readonly at: number;
  readonly known: Known;
  /** Inputs of the request that no history tells, by name: the same for every key. */
  readonly inputs: ReadonlyMap<string, Scalar | null>;
  readonly timeColumn: string;
}

/**
 * A query of every known key, each once, in order, with the instant and the given inputs. A key is known that some
 * record names which counts as an event, or as a version of a row, and had arrived.
 * @throws BadRequest where a key comes from nowhere
 */
export function knownKeysQuery({ target, at, known, inputs, timeColumn }: KnownKeys): string {
  const { vector } = target.resolved;
  const { feeds, names } = keyedLookup(target, inputs);
  const keys = names.map((_, place) => `r."k${place}"`).join(', ');
  const table = (source: string): string => recordsOf(source, known);
  const until = knownAt({ t: at }, known);
  const parts = feeds.map(feed => {
    const columns = feed.keys.map((key, place) => `r."${key}" as "k${place}"`);
    const conditions = [
      ...feed.keys.map(key => `r."${key}" is not null`),
      ...(until === null ? [] : [`r."arrived" <= ${until}`]),
    ];
    return `select distinct ${columns.join(', ')} from (${feed.rows(table)}) as r where ${conditions.join(' and ')}`;
  });
  const columns = vector.request.map(({ name, type }) => {
    const place = names.indexOf(name);
    const value = place === -1 ? literal(inputs.get(name) ?? null, type.kind) : `r."k${place}"`;
    return `${value} as ${quoteIdentifier(name)}`;
  });
  return `select ${columns.join(', ')}, ${instantConstant(at)} as ${quoteIdentifier(timeColumn)}
from (${parts.join('\nunion\n')}) as r order by ${keys}`;
}

interface KeyedLookup {
  readonly feeds: readonly SqlFeed[];
  /** Of the request's columns that its keys are, in order. */
  readonly names: readonly string[];
}

/** The first lookup whose keys are all that the request has of keys, but for those that are given. */
function keyedLookup(
  { resolved: { vector, groups }, served }: Target,
  inputs: ReadonlyMap<string, unknown>,
): KeyedLookup {
  const given = (name: string): boolean => inputs.has(name);
  const wanted = vector.requestKeys.filter(name => !given(name));
  if (wanted.length === 0) {
    throw new BadRequest(
      `every key of ${served.name} is given, and none is left to look for: leave one out, or make a training set of a spine with that row`,
    );
  }
  const candidates = vector.lookups.map(({ keys }, index) => ({
    feeds: groups[index]!.feeds,
    names: keys.map(key => vector.request.find(({ name }) => key === `q.${quoteIdentifier(name)}`)?.name),
  }));
  const missing = vector.request.filter(
    ({ name, nullable }) => !nullable && !given(name) && !vector.requestKeys.includes(name),
  );
  if (missing.length > 0) {
    const name = missing[0]!.name;
    throw new BadRequest(
      `${listed(missing.map(each => each.name))} of ${served.name} ${missing.length === 1 ? 'is' : 'are'} in no history: give ${missing.length === 1 ? 'its value' : 'their values'}: --with ${name}=…`,
    );
  }
  for (const { feeds, names } of candidates) {
    if (names.length !== wanted.length || !wanted.every(name => names.includes(name))) continue;
    return { feeds, names: names.flatMap(name => (name === undefined ? [] : [name])) };
  }
  throw new BadRequest(
    `no group that ${served.name} takes knows the keys ${listed(wanted)} together: give the others: --with ${wanted.at(-1) ?? 'key'}=…`,
  );
}

/** As `feed.rows` asks for them; of a frontier only what lies below it. */
function recordsOf(source: string, known: Known): string {
  const table = `"history".${quoteIdentifier(source)} as h`;
  const all = (from: string): string => `(select ${plainRecord()} from ${from})`;
  if (known.kind !== 'frontier') return all(table);
  const positions = known.positions.filter(position => position.source === source);
  if (positions.length === 0) return all(`${table} where false`);
  return all(`${table} join (values ${positions.map(position).join(', ')})
    as k("topic", "epoch", "partition", "next") on k."topic" = h."_topic" and k."epoch" = h."_epoch"
      and k."partition" = h."_partition" and h."_offset" < k."next"`);
}

const position = ({ topic, epoch, partition, nextOffset }: FrontierPosition): string =>
  `(${Number(topic)}, ${Number(epoch)}, ${Number(partition)}, ${Number(nextOffset)}::bigint)`;

function literal(value: Scalar | null, kind: SqlScalarKind): string {
  if (value === null) return `null::${types[kind]}`;
  if (kind === 'timestamp') return instantConstant(value as number);
  return `${quoteText(String(value))}::${types[kind]}`;
}

const types: Readonly<Record<SqlScalarKind, string>> = {
  int: 'bigint',
  bigint: 'bigint',
  decimal: 'numeric',
  double: 'double precision',
  text: 'text',
  enum: 'text',
  uuid: 'uuid',
  boolean: 'boolean',
  timestamp: 'timestamptz',
};

/** For the name of a folder: to the second where that is exact. */
export function folderOf(at: number): string {
  return `at=${formatInstant(instantFromMicroseconds(at)).replace(/\.000000Z$/, 'Z')}`;
}
