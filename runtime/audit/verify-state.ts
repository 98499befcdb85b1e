// Control path. What the live state says of every key, against what SQL says at the same instant and frontier.
import type { Engine } from '../engine/engine.ts';
import { HistoryBehind } from '../history/errors.ts';
import { historyFrontier } from '../history/frontier.ts';
import { importTopic, partitionKey } from '../history/partitions.ts';
import type { SqlGroup, SqlProgram } from '../history/program.ts';
import { resolveRead } from '../history/resolve-read.ts';
import type { AnyDatabase } from '../history/session.ts';
import type { FrontierPosition } from '../history/spine.ts';
import { trainingSet } from '../history/training-set.ts';
import type { Value } from '../history/values.ts';
import { Digest, orderedText } from './digest.ts';
import { eachHistoryKey } from './history-keys.ts';
import type { Key } from './history-keys.ts';
import { isSameValue } from './row-text.ts';

export interface VerifyStateOptions {
  /** The instant that both sides are read at, µs: from the state's clock on. */
  readonly t: number;
  /** This group alone. */
  readonly name?: string;
  /** Keys of a group that are told one by one where they differ; all are counted. */
  readonly shown: number;
}

export interface StateReport {
  /** µs. */
  readonly t: number;
  readonly frontier: readonly FrontierPosition[];
  readonly groups: readonly GroupDigest[];
}

export interface GroupDigest {
  readonly group: string;
  /**
   * null: compared; else why that was not possible. `pending`: the history has not got so far yet. `gone`: retention
   * has dropped what it is made of. `dropped`: an import was dropped that the state was built with.
   */
  readonly missing: 'pending' | 'gone' | 'dropped' | null;
  /** Keys that were compared, and their values. */
  readonly keys: number;
  readonly values: number;
  /** Keys that differ. */
  readonly differing: number;
  /** Digests: equal where nothing differs. */
  readonly live: string;
  readonly recomputed: string;
  /** The first keys that differ. */
  readonly differences: readonly KeyDifference[];
}

export interface KeyDifference {
  readonly key: Key;
  readonly features: readonly {
    readonly feature: string;
    readonly live: Value;
    readonly recomputed: Value;
  }[];
}

const PAGE = 10_000;

/** Compares all keys of all groups. The engine must not take records meanwhile. */
export async function verifyState(
  db: AnyDatabase,
  program: SqlProgram,
  engine: Engine,
  options: VerifyStateOptions,
): Promise<StateReport> {
  const frontier = engine.frontier();
  const reached = new Map(
    (await historyFrontier(db)).map(place => [partitionKey(place), place.nextOffset] as const),
  );
  const groups: GroupDigest[] = [];
  for (const group of program.groups) {
    if (options.name !== undefined && options.name !== group.name) continue;
    const { sources } = resolveRead(program, { group: group.name });
    const positions = frontier.filter(({ source }) => sources.includes(source));
    const comparison = new GroupComparison(db, program, engine, group, positions, options);
    const missing = lackOf(positions, reached);
    groups.push(missing === null ? await compared(comparison) : comparison.result(missing));
  }
  return { t: options.t, frontier, groups };
}

/** An import comes whole: what is not there of one that the state knows will not come. */
function lackOf(
  positions: readonly FrontierPosition[],
  reached: ReadonlyMap<string, number>,
): 'pending' | 'dropped' | null {
  const short = positions.filter(place => (reached.get(partitionKey(place)) ?? 0) < place.nextOffset);
  if (short.length === 0) return null;
  return short.some(({ topic }) => topic === importTopic) ? 'dropped' : 'pending';
}

async function compared(comparison: GroupComparison): Promise<GroupDigest> {
  try {
    await comparison.run();
    return comparison.result(null);
  } catch (error) {
    if (error instanceof HistoryBehind) return comparison.result('gone');
    throw error;
  }
}

class GroupComparison {
  readonly #db: AnyDatabase;
  readonly #program: SqlProgram;
  readonly #engine: Engine;
  readonly #group: SqlGroup;
  readonly #positions: readonly FrontierPosition[];
  readonly #options: VerifyStateOptions;
  readonly #keyNames: readonly string[];
  readonly #featureNames: readonly string[];
  /** What a key has that was never seen: such keys are in no digest, for a state may forget them. */
  readonly #unseen: string;
  readonly #live = new Digest();
  readonly #recomputed = new Digest();
  readonly #differences: KeyDifference[] = [];
  #keys = 0;
  #differing = 0;

  constructor(
    db: AnyDatabase,
    program: SqlProgram,
    engine: Engine,
    group: SqlGroup,
    positions: readonly FrontierPosition[],
    options: VerifyStateOptions,
  ) {
    this.#db = db;
    this.#program = program;
    this.#engine = engine;
    this.#group = group;
    this.#positions = positions;
    this.#options = options;
    this.#keyNames = group.keys.map(({ name }) => name);
    this.#featureNames = group.features.map(({ name }) => name);
    this.#unseen = orderedText(this.#featureNames, engine.readUnseen(group.name, options.t));
  }

  /** All keys that the state holds, then those that only the history has. */
  async run(): Promise<void> {
    const held = new Set<string>();
    for (let cursor: number | null = 0; cursor !== null;) {
      const page = this.#engine.keys(this.#group.name, cursor, PAGE);
      const keys = page.keys as readonly Key[];
      for (const key of keys) held.add(orderedText(this.#keyNames, key));
      await this.#compare(keys);
      cursor = page.next;
    }
    await eachHistoryKey(this.#db, this.#group, PAGE, keys =>
      this.#compare(keys.filter(key => !held.has(orderedText(this.#keyNames, key)))),
    );
  }

  result(missing: GroupDigest['missing']): GroupDigest {
    return {
      group: this.#group.name,
      missing,
      keys: this.#keys,
      values: this.#keys * this.#featureNames.length,
      differing: this.#differing,
      live: String(this.#live),
      recomputed: String(this.#recomputed),
      differences: this.#differences,
    };
  }

  async #compare(keys: readonly Key[]): Promise<void> {
    const { t } = this.#options;
    const rows = await trainingSet(this.#db, this.#program, {
      read: { group: this.#group.name },
      spine: keys.map(request => ({ t, request })),
      known: { kind: 'frontier', positions: this.#positions },
    });
    for (const [index, key] of keys.entries())
      this.#add(key, this.#engine.readGroup(this.#group.name, key, t), rows[index]!);
  }

  #add(key: Key, live: Readonly<Record<string, Value>>, recomputed: Readonly<Record<string, Value>>): void {
    const keyText = orderedText(this.#keyNames, key);
    const texts = [live, recomputed].map(row => orderedText(this.#featureNames, row));
    for (const [side, digest] of [this.#live, this.#recomputed].entries())
      if (texts[side] !== this.#unseen) digest.add(keyText, texts[side]!);
    this.#keys += 1;
    if (texts[0] === texts[1]) return;
    this.#differing += 1;
    if (this.#differences.length >= this.#options.shown) return;
    const features = this.#featureNames
      .map(feature => ({ feature, live: live[feature]!, recomputed: recomputed[feature]! }))
      .filter(each => !isSameValue(each.live, each.recomputed));
    this.#differences.push({ key, features });
  }
}
