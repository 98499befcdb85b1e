// Control path: what the feeds of a table hold of its versions.
import type { TableModule } from '../engine/program.ts';
import type { Scalar } from '../engine/value.ts';
import type { TableRow } from './envelope.ts';
import type { FeedRow } from './slot-rows.ts';
import type { TableFeed } from './table-feed.ts';
import { deletionsBy } from './versions.ts';
import type { PlacedChange, Version } from './versions.ts';

const none: readonly FeedRow[] = [];

/** The feeds of one table: those of its rows, and those of its changes. */
export class Showcase {
  readonly #module: TableModule;
  readonly #rowFeeds: TableFeed[] = [];
  readonly #changeFeeds: TableFeed[] = [];

  constructor(module: TableModule) {
    this.#module = module;
  }

  get takesChanges(): boolean {
    return this.#changeFeeds.length > 0;
  }

  connect(feed: TableFeed, changes: boolean): void {
    (changes ? this.#changeFeeds : this.#rowFeeds).push(feed);
  }

  /** Hands a version to the feeds: its row, where a read from `limit` on can see it, and its event. */
  show(key: readonly Scalar[], version: Version, limit: number): void {
    const { row, before, versionTime, until, change } = version;
    if (row !== null && versionTime < until && until > limit) {
      const time = this.#module.time(row) ?? -Infinity;
      const place = { time, from: versionTime, until, lane: 0, offset: 0, key };
      version.rows = held(this.#rowFeeds, feed => feed.add(row, place));
    }
    version.events = this.#event(key, change, versionTime, change.op, before, row);
  }

  /** The events of the truncates that deleted the row. */
  showDeletions(
    key: readonly Scalar[],
    versions: readonly Version[],
    truncates: readonly PlacedChange[],
  ): void {
    if (this.#changeFeeds.length === 0 || truncates.length === 0) return;
    for (const { version, truncate } of deletionsBy(versions, truncates)) {
      const events = this.#event(key, truncate, truncate.commitTime, 'd', version.row, null);
      version.events = [...version.events, ...events];
    }
  }

  /** Another version stands in its place from `until` on. */
  replace(version: Version, until: number): void {
    if (until >= version.until) return;
    version.until = until;
    const isSeen = version.versionTime < until;
    for (let i = 0; i < version.rows.length; i += 1) {
      const row = version.rows[i]!;
      if (isSeen) row.feed.replace(row, until);
      else row.feed.remove(row);
    }
  }

  hideRow(version: Version): void {
    for (const row of version.rows) row.feed.remove(row);
    version.rows = none;
  }

  hide(version: Version): void {
    this.hideRow(version);
    for (const event of version.events) event.feed.remove(event);
    version.events = none;
  }

  /** Whether no read from `limit` on sees the version, and no window its events. */
  isUnseen({ until, events }: Version, limit: number): boolean {
    return until <= limit && events.every(event => event.gone);
  }

  #event(
    key: readonly Scalar[],
    { lane, offset }: PlacedChange,
    time: number,
    op: string,
    before: TableRow | null,
    after: TableRow | null,
  ): readonly FeedRow[] {
    if (this.#changeFeeds.length === 0) return none;
    // An event is there whatever the commit times that a read sees: its own time says when it is.
    const place = { time, from: -Infinity, until: Infinity, lane, offset, key };
    return held(this.#changeFeeds, feed => feed.add({ op, before, after }, place));
  }
}

function held(feeds: readonly TableFeed[], add: (feed: TableFeed) => FeedRow | null): readonly FeedRow[] {
  let rows: FeedRow[] | null = null;
  for (const feed of feeds) {
    const row = add(feed);
    if (row === null) continue;
    if (rows === null) rows = [row];
    else rows.push(row);
  }
  return rows ?? none;
}
