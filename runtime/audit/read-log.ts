// Control path. The audit log read back, newest first, page by page: neither side holds more than a page.
import { sql } from 'kysely';
import type { AnyDatabase } from '../history/session.ts';
import type { LoggedRead } from './logged-read.ts';

export interface LogRange {
  /** µs; reads answered at it or after; absent: from the first on. */
  readonly since?: number;
  /** µs; reads answered before it. */
  readonly until?: number;
  /** Of this group or vector alone. */
  readonly name?: string;
  /** At most so many reads, the newest. */
  readonly limit?: number;
}

const PAGE = 20_000;

/**
 * The reads of a range. Reads of a page that knew the same have the very same text of it.
 * @param onLost told the name of each read of which the log no longer has what it knew
 */
export async function* readLog(
  db: AnyDatabase,
  { limit = Infinity, ...range }: LogRange,
  onLost: (name: string) => void = () => undefined,
): AsyncGenerator<readonly LoggedRead[]> {
  let below: string | null = null;
  for (let left = limit; left > 0;) {
    const rows = await pageOf(db, { ...range, limit: Math.min(PAGE, left) }, below);
    if (rows.length === 0) return;
    const frontiers = await frontiersOf(db, [...new Set(rows.map(row => row.frontier))]);
    yield readsOf(rows, frontiers, onLost);
    below = rows.at(-1)!.id;
    left -= rows.length;
  }
}

/** Reads for the same as one, under the same meaning: all there are, or at most so many, spread evenly over the log. */
export async function readsLike(
  db: AnyDatabase,
  { kind, name, fingerprint, request }: LoggedRead,
  limit: number,
): Promise<readonly LoggedRead[]> {
  const { rows } = await sql<RawRead>`
    select l.* from (
      select ${columns}, row_number() over (order by a.id) as place, count(*) over () as reads
      from "history"."audit" as a
      where a.kind = ${kind} and a.name = ${name} and a.fingerprint = ${fingerprint} and a.request = ${request}
    ) as l where l.place % ceil(l.reads::float8 / ${limit})::bigint = 0 order by l.id desc`.execute(db);
  const frontiers = await frontiersOf(db, [...new Set(rows.map(row => row.frontier))]);
  return readsOf(rows, frontiers, () => undefined);
}

function readsOf(
  rows: readonly RawRead[],
  frontiers: ReadonlyMap<string, string>,
  onLost: (name: string) => void,
): readonly LoggedRead[] {
  return rows.flatMap(({ kind, name, fingerprint, request, values, ...row }) => {
    const frontier = frontiers.get(row.frontier);
    if (frontier === undefined) {
      onLost(name);
      return [];
    }
    const at = { readAt: Number(row.read_at), t: Number(row.t) };
    return [{ ...at, kind, name, fingerprint, request, frontier, values }];
  });
}

async function pageOf(
  db: AnyDatabase,
  { since, until, name, limit = PAGE }: LogRange,
  below: string | null,
): Promise<readonly RawRead[]> {
  const conditions = [
    ...(below === null ? [] : [sql`a.id < ${below}::bigint`]),
    ...(since === undefined ? [] : [sql`a.read_at >= ${instant(since)}`]),
    ...(until === undefined ? [] : [sql`a.read_at < ${instant(until)}`]),
    ...(name === undefined ? [] : [sql`a.name = ${name}`]),
    sql`true`,
  ];
  const { rows } = await sql<RawRead>`
    select ${columns} from "history"."audit" as a where ${sql.join(conditions, sql` and `)}
    order by a.id desc limit ${limit}`.execute(db);
  return rows;
}

const columns = sql`a.id, "skewless".us(a.read_at) as read_at, a.kind, a.name, a.fingerprint, a.request, a.t,
  encode(a.frontier, 'hex') as frontier, a."values"`;

interface RawRead {
  readonly id: string;
  readonly read_at: string;
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly fingerprint: string;
  readonly request: string;
  readonly t: string;
  readonly frontier: string;
  readonly values: string;
}

async function frontiersOf(db: AnyDatabase, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ readonly id: string; readonly positions: string }>`
    select i.id, f.positions from unnest(${ids}::text[]) as i(id)
    join "history"."audit_frontier" as f on f.id = decode(i.id, 'hex')`.execute(db);
  return new Map(rows.map(({ id, positions }) => [id, positions]));
}

const instant = (us: number) => sql`'epoch'::timestamptz + ${String(us)}::bigint * interval '1 microsecond'`;
