import type { SourceColumn, TablePlan } from '../../../generator/ir/index.ts';
import type { Random } from '../random.ts';
import { brokenRow } from './broken-rows.ts';
import { columnValue, keyValue, wireKey } from './column-values.ts';
import { ConnectForms } from './connect-forms.ts';
import { aimedInstant } from './edges.ts';
import type { PlannedRecord } from './planned-record.ts';
import type { HistoryPlan } from './stream-records.ts';
import { RawJson } from './wire-text.ts';

const UNAVAILABLE = '__debezium_unavailable_value';

type WireRow = Record<string, unknown>;

/**
 * A changelog in Debezium's envelope: rows that come, change, move to other entities, go and come back, with
 * truncates, redeliveries, markers of unlogged columns, and commit times that stand still or run backwards.
 */
export function tableRecords(source: TablePlan, plan: HistoryPlan, random: Random): PlannedRecord[] {
  const log = new Changelog(source, plan, random);
  const commits = Array.from({ length: plan.size }, () => aimedInstant(plan.reads, plan.edges, random)).sort(
    (a, b) => a - b,
  );
  return commits.map(commit => log.next(commit));
}

class Changelog {
  readonly #partitions: number;
  readonly #hasLsn: boolean;
  /** Few enough that tables fill up in between; of some histories none. */
  readonly #truncateShare: number;
  /** Where changes stand in the database's log: an LSN, or a file, a position in it and a row. */
  readonly #isMySql: boolean;
  readonly #connect: ConnectForms | null;
  #server = 1;
  #file = 999_998;
  /** Rows by primary key, as JSON; null: deleted. */
  readonly #rows = new Map<string, WireRow | null>();
  readonly #written: PlannedRecord[] = [];
  #lsn = 1000;

  constructor(
    readonly source: TablePlan,
    readonly plan: HistoryPlan,
    readonly random: Random,
  ) {
    this.#partitions = random.between(1, 2);
    this.#hasLsn = random.chance(0.7);
    this.#truncateShare = random.pick([0, 0.01, 0.03]);
    this.#isMySql = random.chance(0.3);
    this.#connect = random.chance(0.4) ? new ConnectForms(source, random) : null;
  }

  next(commit: number): PlannedRecord {
    const { random } = this;
    if (this.#written.length > 0 && random.chance(0.06)) {
      // Delivered again, as the connector does after a crash.
      const again = random.pick(this.#written.slice(-20));
      return this.#write({ ...again, arrives: commit + random.below(5_000_000) });
    }
    const { partition, envelope, key } = this.#message(commit);
    const broken = random.chance(0.03) ? this.#broken(envelope) : envelope;
    const written = this.#connect === null ? broken : this.#connect.envelope(broken);
    const record = {
      source: this.source.name,
      partition,
      arrives: commit + random.pick([0, 0, 1, random.below(10_000_000)]),
      value: written,
      ...(key === undefined ? {} : { key: this.#connect === null ? key : this.#connect.key(key) }),
    };
    return this.#write(record);
  }

  #message(commit: number): { partition: number; envelope: unknown; key?: WireRow } {
    const { random } = this;
    if (random.chance(0.02)) {
      const envelope = random.pick<unknown>([
        null,
        { ts_ms: 1 },
        { op: 'm', source: { ts_us: commit }, message: { prefix: 'p', content: 'YQ==' } },
        { status: 'BEGIN', id: '7:1', event_count: null },
        { source: {}, databaseName: 'd', ddl: 'alter table', tableChanges: [] },
      ]);
      return { partition: random.below(this.#partitions), envelope };
    }
    return random.chance(this.#truncateShare) ? this.#truncate(commit) : this.#change(commit);
  }

  #write(record: PlannedRecord): PlannedRecord {
    this.#written.push(record);
    return record;
  }

  #truncate(commit: number): { partition: number; envelope: WireRow } {
    return {
      partition: this.random.below(this.#partitions),
      envelope: this.#envelope('t', null, null, commit),
    };
  }

  #change(commit: number): { partition: number; envelope: WireRow; key?: WireRow } {
    const { random, source } = this;
    const key = this.#key();
    const name = JSON.stringify(key, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    const before = this.#rows.get(name) ?? null;
    // All versions of a key come through one partition (semantics §10, rule 30).
    const partition = [...name].reduce((sum, unit) => sum + unit.charCodeAt(0), 0) % this.#partitions;
    const keyRow = Object.fromEntries(
      source.primaryKey.map((column, i) => [column, wireKey(key[i], random)]),
    );
    if (before !== null && random.chance(0.2)) {
      this.#rows.set(name, null);
      if (random.chance(0.2)) {
        const said = random.pick([null, {}, { [source.primaryKey[0]!]: keyRow[source.primaryKey[0]!] }]);
        return { partition, envelope: this.#envelope('d', said, null, commit), key: keyRow };
      }
      const image = random.chance(0.5) ? keyRow : { ...before, ...keyRow };
      return { partition, envelope: this.#envelope('d', image, null, commit) };
    }
    const after = this.#row(keyRow, before);
    this.#rows.set(name, after);
    const op = before === null ? random.pick(['c', 'c', 'r']) : random.pick(['u', 'u', 'u', 'r']);
    // What `before` says is not to be trusted.
    const said = op === 'u' ? random.pick([before, null, keyRow]) : null;
    return { partition, envelope: this.#envelope(op, said, after, commit) };
  }

  #key(): unknown[] {
    const { random, source } = this;
    return source.primaryKey.map(name => {
      const { type } = source.columns.find(column => column.name === name)!;
      // Few rows that change often, and enough of them for one entity to have many.
      return type.kind === 'int' && random.chance(0.6) ? random.between(4, 60) : keyValue(type, random);
    });
  }

  #row(keyRow: WireRow, before: WireRow | null): WireRow {
    const { random, source, plan } = this;
    const keys = plan.keyColumns.get(source.name);
    const row: WireRow = {};
    for (const column of source.columns) {
      if (before !== null && random.chance(0.5)) row[column.name] = before[column.name];
      else if (keys?.has(column.name) === true && !(column.nullable && random.chance(0.1)))
        row[column.name] = wireKey(keyValue(column.type, random), random);
      else
        row[column.name] = columnValue(column, plan.edges, random, () =>
          aimedInstant(plan.reads, plan.edges, random),
        );
    }
    if (before !== null && random.chance(0.08)) {
      const unlogged = source.columns.filter(
        ({ name, nullable }) => nullable && !source.primaryKey.includes(name),
      );
      if (unlogged.length > 0) row[random.pick(unlogged).name] = UNAVAILABLE;
    }
    return { ...row, ...keyRow };
  }

  #envelope(op: string, before: unknown, after: unknown, commit: number): WireRow {
    const { random } = this;
    this.#lsn += random.pick([1, 1, 10]);
    const time = commit - (random.chance(0.08) ? random.pick([1, 1_000_000, 3_600_000_000]) : 0);
    const lsn =
      !this.#hasLsn || random.chance(0.02)
        ? undefined
        : random.chance(0.04)
          ? this.#lsn - random.below(40)
          : this.#lsn;
    if (this.#isMySql) return this.#mySqlEnvelope(op, before, after, time);
    const wireLsn = lsn !== undefined && random.chance(0.2) ? String(lsn) : lsn;
    if (random.chance(0.1)) return { op, before, after, source: { lsn: wireLsn }, ts_us: time };
    if (random.chance(0.1))
      return { op, before, after, source: { lsn: wireLsn, ts_ms: Math.floor(time / 1000) }, ts_us: time };
    return { op, before, after, source: { lsn: wireLsn, ts_us: time } };
  }

  /** Files roll over to more digits, and now and then the connector goes on with another server. */
  #mySqlEnvelope(op: string, before: unknown, after: unknown, time: number): WireRow {
    const { random } = this;
    if (random.chance(0.05)) this.#file += 1;
    if (random.chance(0.03)) {
      this.#server += 1;
      this.#file = 1;
    }
    const again = random.chance(0.04) ? random.below(40) : 0;
    const snapshot = op === 'r';
    const source = {
      connector: 'mysql',
      ...(snapshot ? { server_id: 0 } : { server_id: this.#server, gtid: random.pick([null, 'a:7']) }),
      file: `mysql-bin.${String(this.#file).padStart(6, '0')}`,
      pos: this.#lsn * 100 - again,
      row: random.below(2),
      ts_ms: Math.floor(time / 1000),
      ...(random.chance(0.5) ? { ts_us: time, ts_ns: new RawJson(String(BigInt(time) * 1000n)) } : {}),
    };
    return {
      op,
      before,
      after,
      source: random.chance(0.1) ? { ...source, ts_ms: 0, ts_us: 0 } : source,
      ts_us: time,
    };
  }

  #broken(envelope: unknown): unknown {
    const { random, source } = this;
    if (typeof envelope !== 'object' || envelope === null) return envelope;
    const { after } = envelope as WireRow;
    if (after != null && random.chance(0.7)) {
      return {
        ...envelope,
        after: brokenRow(after as WireRow, source.columns as readonly SourceColumn[], random),
      };
    }
    return random.pick<unknown>([
      { ...envelope, op: 'x' },
      { ...envelope, source: {}, ts_us: undefined },
      { ...envelope, op: undefined },
      null,
      'change',
      7,
    ]);
  }
}
