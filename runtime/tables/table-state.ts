// Control path: a table is a small stream. A change costs what its key's few versions and its feeds ask for.
import { Refusal } from '../decode/refusal.ts';
import type { Checkpointed } from '../engine/checkpoint-part.ts';
import { MapPart } from '../engine/map-part.ts';
import type { TableModule } from '../engine/program.ts';
import type { DecodedRecord, SourceRecord, Verdict } from '../engine/record.ts';
import { accepted, notJson, SourceState } from '../engine/source-state.ts';
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Lane } from '../state/lanes.ts';
import { decodeChange } from './envelope.ts';
import {
  changesOf,
  copyHistory,
  keyText,
  newHistory,
  restoreChanges,
  restoreHistory,
  saveChanges,
  saveHistory,
} from './key-history.ts';
import type { KeyHistory } from './key-history.ts';
import { isAfter } from './log-position.ts';
import { Showcase } from './showcase.ts';
import type { TableFeed } from './table-feed.ts';
import { compareChanges, removes, versionOf, versionsOf } from './versions.ts';
import type { PlacedChange, Version } from './versions.ts';

/** What a key takes, and a version beside its cells, roughly. */
const KEY_BYTES = 300;
const VERSION_BYTES = 400;
const CELL_BYTES = 24;

/** Whether a truncate removes a version that still stands at its commit time; what is over by then is all the same. */
function concerns(truncate: PlacedChange, { change, versionTime, until }: Version): boolean {
  return until >= truncate.commitTime && removes(truncate, change, versionTime);
}

/**
 * A table that changes: the versions of each row, from which its feeds know what the row was at every instant
 * that a read can ask for.
 *
 * 1. a change that stands after its key's last version makes the next one, or is a redelivery: nothing else moves
 * 2. a change that stands before one of its key's has all its versions worked out anew (rule 30: Debezium sends none)
 * 3. a truncate has those keys worked out anew of which it removes a version
 * 4. what no read and no window of a feed can see is forgotten, up to the last version of each key
 */
export class TableState extends SourceState {
  readonly #module: TableModule;
  readonly #keys = new Map<string, KeyHistory>();
  /** In order of (commit time, position). */
  #truncates: PlacedChange[] = [];
  readonly #showcase: Showcase;
  #limit = -Infinity;
  /** Of all keys. */
  #versions = 0;
  /** Where the walk over all keys stands that forgets what nothing else comes by. */
  #walk: Iterator<KeyHistory> | null = null;
  /** Of a checkpoint under way: is told of a key before its history changes. */
  #part: MapPart<string, KeyHistory> | null = null;

  constructor(module: TableModule) {
    super(module.name);
    this.#module = module;
    this.#showcase = new Showcase(module);
  }

  /** @param changes whether the feed takes the table's changes as events, instead of its rows */
  connect(feed: TableFeed, changes: boolean): void {
    feed.lanes = this.lanes;
    this.#showcase.connect(feed, changes);
  }

  /** No read to come sees commit times before `limit`. */
  advance(limit: number): void {
    if (limit <= this.#limit) return;
    this.#limit = limit;
    this.#forgetSome(64 + (this.#keys.size >> 8));
  }

  protected take(record: SourceRecord, lane: Lane): Verdict {
    const json = this.parsed(record.value);
    const decoded =
      json === undefined
        ? notJson
        : json instanceof Refusal
          ? json
          : decodeChange(this.#module, json, record.key);
    if (decoded instanceof Refusal) return this.refused(decoded, record, lane);
    if (typeof decoded === 'string') {
      this.counted[decoded] += 1;
      return accepted[decoded];
    }
    return this.#place({ ...decoded, lane: lane.id, offset: record.offset });
  }

  protected takeDecoded(record: DecodedRecord, lane: Lane): Verdict {
    if (record.kind !== 'change') throw new TypeError(`${this.name} is a table: its records are changes`);
    const { op, row, lsn, commitTime, unavailable = [], offset } = record;
    return this.#place({
      ...{ op, lsn, commitTime, unavailable },
      key: row === null ? [] : this.#module.primaryKey.map(name => row[name]!),
      after: op === 'd' ? null : row,
      ...{ lane: lane.id, offset },
    });
  }

  #place(change: PlacedChange): Verdict {
    if (change.op === 't') this.#truncate(change);
    else this.#change(change);
    this.counted.counted += 1;
    return accepted.counted;
  }

  #truncate(truncate: PlacedChange): void {
    this.#truncates.push(truncate);
    this.#truncates.sort((a, b) => a.commitTime - b.commitTime || compareChanges(this.lanes, a, b));
    for (const history of this.#keys.values()) {
      if (!history.versions.some(version => concerns(truncate, version))) continue;
      this.#part?.changing(history.id);
      this.#rework(history);
    }
  }

  #change(change: PlacedChange): void {
    const id = keyText(change.key);
    this.#part?.changing(id);
    let history = this.#keys.get(id);
    if (history === undefined) {
      history = newHistory(change.key);
      this.#keys.set(id, history);
    }
    const last = history.versions.at(-1) ?? null;
    if (history.changes !== null || (last !== null && !this.#follows(change, last.change)))
      this.#insert(history, change);
    else this.#append(history, change, last);
    // A version for a version: what is forgotten keeps up with what comes.
    this.#forgetSome(1);
  }

  /** Whether the change stands after all that the key has, and nothing can come to stand before it. */
  #follows(change: PlacedChange, last: PlacedChange): boolean {
    if (change.lane === last.lane) return true;
    return compareChanges(this.lanes, last, change) < 0 && this.#hasEnded(this.lanes.all[last.lane]!);
  }

  /** An epoch of a partition ends where the next begins, an import where the log does (semantics §10, rule 41). */
  #hasEnded({ topic, epoch, partition }: Lane): boolean {
    return this.lanes.all.some(
      other =>
        other.partition === partition &&
        (other.topic === topic ? other.epoch > epoch : topic === -1 && other.topic >= 0),
    );
  }

  #append(history: KeyHistory, change: PlacedChange, last: Version | null): void {
    if (last !== null && !isAfter(change.lsn, last.change.lsn)) return;
    const version = versionOf(change, last, this.#truncates);
    history.versions.push(version);
    this.#versions += 1;
    if (version.until !== Infinity) {
      // A truncate was known before what it removes: it may have another row to delete now.
      this.#rework(history);
      return;
    }
    if (last !== null) this.#showcase.replace(last, version.versionTime);
    this.#showcase.show(history.key, version, this.#limit);
    this.#forget(history);
  }

  #insert(history: KeyHistory, change: PlacedChange): void {
    const changes = (history.changes ??= changesOf(history.versions));
    let at = changes.length;
    while (at > 0 && compareChanges(this.lanes, changes[at - 1]!, change) > 0) at -= 1;
    changes.splice(at, 0, change);
    this.#rework(history);
    const lastLane = changes.at(-1)!.lane;
    const others = changes.filter(({ lane }) => lane !== lastLane);
    if (others.every(({ lane }) => this.#hasEnded(this.lanes.all[lane]!))) history.changes = null;
  }

  /** Works the versions of a key out anew, and what the feeds hold of them. */
  #rework(history: KeyHistory): void {
    for (const version of history.versions) this.#showcase.hide(version);
    this.#versions -= history.versions.length;
    history.versions = versionsOf(history.changes ?? changesOf(history.versions), this.#truncates);
    this.#versions += history.versions.length;
    history.hidden = 0;
    history.dead = 0;
    this.#show(history);
  }

  #show({ key, versions }: KeyHistory): void {
    for (const version of versions) this.#showcase.show(key, version, this.#limit);
    this.#showcase.showDeletions(key, versions, this.#truncates);
  }

  /** Goes on with the walk over all keys. */
  #forgetSome(count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.#walk ??= this.#keys.values();
      const next = this.#walk.next();
      if (next.done === true) {
        this.#walk = null;
        return;
      }
      this.#forget(next.value);
    }
  }

  /** Forgets the oldest versions of a key that nothing sees; the last one tells redeliveries for ever. */
  #forget(history: KeyHistory): void {
    const { versions } = history;
    const limit = this.#limit;
    while (history.hidden < versions.length && versions[history.hidden]!.until <= limit) {
      this.#showcase.hideRow(versions[history.hidden]!);
      history.hidden += 1;
    }
    if (history.changes !== null) return;
    while (history.dead + 1 < versions.length && this.#showcase.isUnseen(versions[history.dead]!, limit))
      history.dead += 1;
    // All at once, and seldom: what stays is moved.
    if (history.dead > 0 && history.dead * 4 >= versions.length) this.#cut(history, history.dead);
  }

  #cut(history: KeyHistory, dead: number): void {
    this.#part?.changing(history.id);
    const oldest = history.versions[dead]!;
    const { change, row, versionTime } = oldest;
    oldest.change = { ...change, after: row, unavailable: [], commitTime: versionTime };
    // Only events tell of the row before.
    if (!this.#showcase.takesChanges) oldest.before = null;
    history.versions = history.versions.slice(dead);
    history.dead = 0;
    history.hidden = Math.max(0, history.hidden - dead);
    this.#versions -= dead;
  }

  override saveHead(writer: SnapshotWriter): void {
    super.saveHead(writer);
    writer.number(this.#limit);
    saveChanges(writer, this.#module.columns, this.#truncates);
  }

  override restoreHead(reader: SnapshotReader): void {
    super.restoreHead(reader);
    this.#limit = reader.number();
    this.#truncates = restoreChanges(reader, this.#module);
  }

  override parts(): readonly Checkpointed[] {
    return [
      {
        beginCheckpoint: () => this.#beginCheckpoint(),
        restoreBlock: block => {
          while (!block.done) {
            const { key, changes, isOrderly } = restoreHistory(block, this.#module);
            block.align();
            // Of a key that the checkpoint has twice, the later is the one.
            const history = newHistory(key);
            history.versions = versionsOf(changes, this.#truncates);
            if (!isOrderly) history.changes = changes;
            this.#versions += history.versions.length - (this.#keys.get(history.id)?.versions.length ?? 0);
            this.#keys.set(history.id, history);
          }
        },
        // The groups have their keys back.
        restored: () => {
          for (const history of this.#keys.values()) this.#show(history);
        },
      },
    ];
  }

  #beginCheckpoint(): MapPart<string, KeyHistory> {
    this.#part = new MapPart(this.#keys, {
      copy: copyHistory,
      save: (writer, history) => saveHistory(writer, this.#module, history),
      ended: () => (this.#part = null),
    });
    return this.#part;
  }

  /** By estimate; what the feeds hold is counted there. */
  override get bytes(): number {
    const version = VERSION_BYTES + CELL_BYTES * this.#module.columns.length;
    return this.#keys.size * KEY_BYTES + this.#versions * version;
  }
}
