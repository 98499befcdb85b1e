// The engine: control path, but for `ingest` and the reads, which only look names up and pass on.
import type { Checkpoint } from '../checkpoints/checkpoint.ts';
import { Dictionary } from '../state/dictionary.ts';
import { NO_SLOT } from '../state/key-index.ts';
import { TableFeed } from '../tables/table-feed.ts';
import { TableState } from '../tables/table-state.ts';
import type { ChangedKeys, Key } from './changed-keys.ts';
import { EngineCheckpoint, readCheckpoint } from './engine-checkpoint.ts';
import { IncompatibleProgram, TooFarBack, UnknownName } from './errors.ts';
import { StreamFeed } from './feed.ts';
import type { GroupContext, GroupState } from './group-state.ts';
import { ABI_VERSION } from './program.ts';
import type { GroupModule, GroupPart, StreamProgram, VectorModule } from './program.ts';
import type { DecodedRecord, FrontierEntry, SourceCounters, SourceRecord, Verdict } from './record.ts';
import type { SourceState } from './source-state.ts';
import { StateParts } from './state-parts.ts';
import { StreamState } from './stream-state.ts';
import type { Scalar, Value } from './value.ts';

export interface ReadOptions {
  /** The read *before* t: the right end of every window is open (semantics §4). */
  readonly before?: boolean;
}

/** Old rows are let go at this pace of the clock: often enough for memory, too seldom to cost. */
const ADVANCE_EVERY = 1_000_000;
/** Records between two looks after idle keys: few, so that no look takes long. */
const SWEEP_EVERY = 256;
/** Keys of a group that a tick looks after, if no record comes. */
const SWEPT_BY_TICK = 64;
/** Entries of the dictionary that a checkpoint has kept are let go at this pace. */
const TIDIED = 8192;
/** What `save` takes at once: all that it wants is all. */
const LARGE_PIECE = 1 << 22;

interface Group {
  readonly module: GroupModule;
  readonly state: GroupState;
}

/**
 * The streaming runtime of one generated program: takes records of all its sources, and answers reads of groups
 * and vectors at any instant from clock − lookback on. One thread owns it. Whatever order partitions come in, and
 * wherever the log is cut by `save` and `restore`, the values at one frontier are the same to the last bit.
 */
export class Engine {
  readonly #program: StreamProgram;
  readonly #dictionary = new Dictionary();
  readonly #sources = new Map<string, SourceState>();
  readonly #groups = new Map<string, Group>();
  readonly #vectors = new Map<string, VectorModule>();
  #clock = -Infinity;
  #advanced = -Infinity;
  #taken = 0;
  #checkpointing = false;

  /** @throws IncompatibleProgram where the program was generated for another ABI */
  constructor(program: StreamProgram) {
    if (program.abi !== ABI_VERSION) {
      throw new IncompatibleProgram(
        `the generated program is for ABI ${program.abi}, this runtime has ABI ${ABI_VERSION}: run \`npm run generate\``,
      );
    }
    this.#program = program;
    this.#createSources();
    const context: GroupContext = {
      dictionary: this.#dictionary,
      lanesOf: source => this.#source(source).lanes,
    };
    for (const module of program.groups) {
      const state = module.create(context);
      this.#groups.set(module.name, { module, state });
      for (const feed of state.feeds) this.#connect(feed);
    }
    for (const module of program.vectors) this.#vectors.set(module.name, module);
  }

  /** The greatest instant ticked to or read at, in µs; event times never move it. */
  get clock(): number {
    return this.#clock;
  }

  /**
   * Takes one record. Records of a partition come in order of offset; partitions mix at will.
   * @throws UnknownName for a source that the program does not have
   */
  ingest(record: SourceRecord): Verdict {
    if (++this.#taken === SWEEP_EVERY) this.#sweep(0);
    const source = this.#sources.get(record.source);
    return source === undefined ? this.#source(record.source).ingest(record) : source.ingest(record);
  }

  /**
   * Takes one record that has been decoded before: a row of the history. In all else as `ingest`.
   * @throws UnknownName for a source that the program does not have
   */
  ingestDecoded(record: DecodedRecord): Verdict {
    if (++this.#taken === SWEEP_EVERY) this.#sweep(0);
    return this.#source(record.source).ingestDecoded(record);
  }

  /**
   * Moves a partition's frontier over offsets at which its log holds nothing for us.
   * @param arrivedAt the greatest arrival below the frontier, where it is known, µs
   * @throws UnknownName for a source that the program does not have
   */
  pass({ source, topic, epoch, partition, nextOffset }: FrontierEntry, arrivedAt?: number): void {
    this.#source(source).pass(topic, epoch, partition, nextOffset, arrivedAt);
  }

  /**
   * Lets go of what no read at t or later can see of one source, as a `tick` does of all: for sources that are loaded
   * one after the other, each from its beginning. The clock stays.
   * @throws UnknownName for a source that the program does not have
   */
  settle(source: string, t: number): void {
    const state = this.#source(source);
    const names = this.#program.sources
      .filter(module => (module.kind === 'changes' ? module.table : module.name) === source)
      .map(({ name }) => name);
    for (const { module, state: group } of this.#groups.values()) {
      for (const feed of group.feeds)
        if (names.includes(feed.source)) feed.advance(feed.horizonAt(t - module.lookback));
    }
    if (state instanceof TableState) state.advance(this.#earliestState(source, t));
  }

  /** Moves the clock, lets go of what no read can see any more, and tidies some keys up. */
  tick(t: number): void {
    if (t > this.#clock) this.#clock = t;
    this.#advance();
    this.#dictionary.tidy(TIDIED);
    this.#sweep(SWEPT_BY_TICK);
  }

  /** Looks after some keys of each group, so that idle ones give back what they hold. */
  #sweep(least: number): void {
    const count = least + (this.#taken >> 2);
    this.#taken = 0;
    for (const { state } of this.#groups.values()) state.sweep(count);
  }

  /**
   * The visible features of one key, in order of declaration.
   * @throws TooFarBack for t < clock − lookback; InvalidKey; UnknownName
   */
  readGroup(
    group: string,
    keys: Readonly<Record<string, Value>>,
    t: number,
    options?: ReadOptions,
  ): Record<string, Value> {
    const found = this.#group(group);
    this.#admit(found, t);
    return found.state.read(found.state.slotOf(keys), t, options?.before === true);
  }

  /** What a key has that no event ever had. @throws TooFarBack; UnknownName */
  readUnseen(group: string, t: number): Record<string, Value> {
    const found = this.#group(group);
    this.#admit(found, t);
    return found.state.read(NO_SLOT, t, false);
  }

  /** What a vector takes, for one request. @throws as `readGroup` */
  readVector(
    vector: string,
    request: Readonly<Record<string, Scalar | null>>,
    t: number,
    options?: ReadOptions,
  ): Record<string, Value> {
    const module = this.#vectors.get(vector);
    if (module === undefined) throw new UnknownName('vector', vector, [...this.#vectors.keys()]);
    const before = options?.before === true;
    return module.read((part, keys) => this.#lookup(part, keys, t, before), request, t);
  }

  /**
   * The whole state as it is now, given out piece by piece while records and reads go on: rows, frontier, clock,
   * counters, memory of ids.
   * @throws Error while another checkpoint is under way
   */
  checkpoint(): Checkpoint {
    if (this.#checkpointing) {
      throw new Error(
        'a checkpoint is under way: take all of its pieces, or abandon it, before the next one',
      );
    }
    const state = this.#state();
    const checkpoint = new EngineCheckpoint(
      {
        fingerprint: this.#program.fingerprint,
        frontier: this.frontier(),
        clock: this.#clock,
        saveHead: writer => {
          writer.number(this.#clock);
          writer.number(this.#advanced);
          state.saveHead(writer);
        },
        parts: state.all(),
      },
      () => (this.#checkpointing = false),
    );
    this.#checkpointing = true;
    return checkpoint;
  }

  /** The same at once. */
  save(): Uint8Array {
    const checkpoint = this.checkpoint();
    const pieces: Uint8Array[] = [];
    for (;;) {
      const piece = checkpoint.next(LARGE_PIECE);
      if (piece === null) return Buffer.concat(pieces);
      pieces.push(piece.slice());
    }
  }

  /**
   * An engine that goes on from where a checkpoint stood.
   * @param chunks the pieces, or all of them in one
   * @throws IncompatibleProgram for another program's state; RangeError where it is not whole
   */
  static restore(program: StreamProgram, chunks: Iterable<Uint8Array> | Uint8Array): Engine {
    const engine = new Engine(program);
    engine.#restore(chunks instanceof Uint8Array ? [chunks] : chunks);
    return engine;
  }

  #restore(chunks: Iterable<Uint8Array>): void {
    const state = this.#state();
    readCheckpoint(chunks, this.#program.fingerprint, {
      restoreHead: reader => {
        this.#clock = reader.number();
        this.#advanced = reader.number();
        state.restoreHead(reader);
      },
      parts: state.all(),
    });
    state.restored();
  }

  #state(): StateParts {
    const groups = [...this.#groups.values()].map(({ state }) => state);
    return new StateParts(this.#dictionary, groups, [...this.#sources.values()]);
  }

  /**
   * Watches which keys of a group change, at a cost to each of its records: for stores that are kept in step.
   * @param limit keys that may wait to be drained
   * @throws UnknownName; TypeError where the group is watched already
   */
  watch(group: string, limit?: number): ChangedKeys {
    return this.#group(group).state.watch(limit);
  }

  /**
   * Walks all keys of a group: those of which something is held.
   * @param cursor 0 to begin with, then `next` of the answer before; keys that come or go meanwhile may be missed
   * @returns up to `count` keys, and null at the end
   * @throws UnknownName
   */
  keys(group: string, cursor: number, count: number): { readonly keys: Key[]; readonly next: number | null } {
    const { state } = this.#group(group);
    const keys: Key[] = [];
    let slot = Math.max(1, cursor);
    for (; slot < state.keys.end && keys.length < count; slot += 1)
      if (state.keys.isLive(slot)) keys.push(state.keyOf(slot));
    return { keys, next: slot < state.keys.end ? slot : null };
  }

  /** The next offset of every partition seen, sources in order. */
  frontier(): FrontierEntry[] {
    const entries: FrontierEntry[] = [];
    for (const { name, lanes } of this.#sources.values()) {
      const { all } = lanes;
      for (let i = 0; i < all.length; i += 1) {
        const { topic, epoch, partition, nextOffset } = all[i]!;
        entries.push({ source: name, topic, epoch, partition, nextOffset });
      }
    }
    return entries;
  }

  /** What became of the records of each source. */
  counters(): Record<string, SourceCounters> {
    return Object.fromEntries([...this.#sources.values()].map(source => [source.name, source.counters()]));
  }

  /** Inputs that were NaN or infinite and counted as null, by group and feature. */
  notFinite(): Record<string, Record<string, number>> {
    const counted: Record<string, Record<string, number>> = {};
    for (const [name, { state }] of this.#groups) {
      counted[name] = Object.fromEntries(
        state.feeds.flatMap(feed => (feed instanceof StreamFeed ? [...feed.notFinite] : [])),
      );
    }
    return counted;
  }

  /**
   * Memory of all that the state holds, in bytes; tables and ids of text are estimated. Free room is not counted, so
   * that it falls as soon as something is let go: the process needs up to about half as much again. Cheap.
   */
  memory(): number {
    let bytes = this.#dictionary.bytes;
    for (const source of this.#sources.values()) bytes += source.bytes;
    for (const { state } of this.#groups.values()) bytes += state.bytes;
    return bytes;
  }

  /** How much is held: keys of all groups, rows of streams and places for rows, texts and bigints. */
  size(): { readonly keys: number; readonly rows: number; readonly places: number; readonly texts: number } {
    let keys = 0;
    let rows = 0;
    let places = 0;
    for (const { state } of this.#groups.values()) {
      keys += state.keys.size;
      for (const feed of state.feeds) {
        if (!(feed instanceof StreamFeed)) continue;
        rows += feed.rows.rows;
        places += feed.rows.places;
      }
    }
    return { keys, rows, places, texts: this.#dictionary.size };
  }

  #createSources(): void {
    for (const module of this.#program.sources) {
      if (module.kind === 'stream') this.#sources.set(module.name, new StreamState(module));
      else if (module.kind === 'table') this.#sources.set(module.name, new TableState(module));
    }
  }

  /** Hands the rows of its source to a feed. */
  #connect(feed: GroupState['feeds'][number]): void {
    const changes = this.#program.sources.find(
      module => module.kind === 'changes' && module.name === feed.source,
    );
    const name = changes?.kind === 'changes' ? changes.table : feed.source;
    const source = this.#source(name);
    if (source instanceof StreamState && feed instanceof StreamFeed) source.consumers.push(feed);
    else if (source instanceof TableState && feed instanceof TableFeed)
      source.connect(feed, changes !== undefined);
    else throw new IncompatibleProgram(`the feed of ${feed.source} does not fit its source`);
  }

  #source(name: string): SourceState {
    const source = this.#sources.get(name);
    if (source === undefined) throw new UnknownName('source', name, [...this.#sources.keys()]);
    return source;
  }

  #group(name: string): Group {
    const group = this.#groups.get(name);
    if (group === undefined) throw new UnknownName('group', name, [...this.#groups.keys()]);
    return group;
  }

  #admit({ module }: Group, t: number): void {
    if (t > this.#clock) {
      this.#clock = t;
      if (t - this.#advanced >= ADVANCE_EVERY) this.#advance();
    } else if (t < this.#clock - module.lookback) {
      throw new TooFarBack(module.name, t, this.#clock - module.lookback);
    }
  }

  #lookup<V>(part: GroupPart<V>, keys: Readonly<Record<string, Value>>, t: number, before: boolean): V {
    const found = this.#group(part.name);
    this.#admit(found, t);
    return part.read(found.state, found.state.slotOf(keys, true), t, before);
  }

  #advance(): void {
    if (this.#clock <= this.#advanced) return;
    this.#advanced = this.#clock;
    for (const { module, state } of this.#groups.values()) {
      for (const feed of state.feeds) feed.advance(feed.horizonAt(this.#clock - module.lookback));
    }
    for (const source of this.#sources.values()) {
      if (source instanceof TableState) source.advance(this.#earliestState(source.name, this.#clock));
    }
  }

  /** The first instant at which reads from `clock` on look at a table's rows: a read before t, at those right before it. */
  #earliestState(table: string, clock: number): number {
    let earliest = clock;
    for (const { module, state } of this.#groups.values()) {
      const t = clock - module.lookback;
      earliest = Math.min(earliest, t);
      for (const feed of state.feeds)
        if (feed.source === table && feed instanceof TableFeed)
          earliest = Math.min(earliest, feed.stateAt(t));
    }
    return earliest - 1;
  }
}
