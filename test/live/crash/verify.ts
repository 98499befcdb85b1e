import { accessorPlanOf } from '../../../runtime/client/index.ts';
import type { Transport } from '../../../runtime/client/index.ts';
import { trainingSet } from '../../../runtime/history/index.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import { Engine } from '../../../runtime/index.ts';
import type { FrontierEntry, SourceCounters, SourceRecord } from '../../../runtime/index.ts';
import type { Programs } from '../../../runtime/config/index.ts';
import { isSame } from '../../support/three-ways/compare.ts';
import type { Values } from '../../support/three-ways/read.ts';
import { everyKey } from './features.ts';
import type { Key } from './keys.ts';

/** Values of every group and vector for every key at one instant, in one order. */
export type Everything = ReadonlyMap<string, Values>;

/** Positions of records as text, in order; of refused ones with the reason. */
export interface Kept {
  readonly stored: Readonly<Record<string, readonly string[]>>;
  readonly refused: readonly string[];
}

/** What never was interrupted: one engine that takes all records from the first on. */
export class Uninterrupted {
  readonly engine: Engine;
  /** What a history holds that has everything: what passes unnoticed is not kept. */
  readonly kept: Kept;

  constructor(
    readonly programs: Programs,
    records: readonly SourceRecord[],
  ) {
    this.engine = new Engine(programs.stream);
    const stored: Record<string, string[]> = Object.fromEntries(
      programs.sql.sources.map(({ name }) => [name, []]),
    );
    const refused: string[] = [];
    for (const record of records) {
      const verdict = this.engine.ingest(record);
      const { kind } = verdict;
      if (kind === 'refused') refused.push(`${record.source} ${positionOf(record)} ${verdict.reason}`);
      else if (kind !== 'known' && kind !== 'tombstone' && kind !== 'notice')
        stored[record.source]!.push(positionOf(record));
    }
    for (const positions of Object.values(stored)) positions.sort();
    this.kept = { stored, refused: refused.sort() };
  }

  everything(t: number): Everything {
    const everything = new Map<string, Values>();
    for (const { kind, name, keys } of everyKey(this.programs.serving)) {
      for (const key of keys) {
        const values =
          kind === 'group' ? this.engine.readGroup(name, key, t) : this.engine.readVector(name, key, t);
        everything.set(placeOf(name, key), values);
      }
    }
    return everything;
  }

  counters(): Record<string, Partial<SourceCounters>> {
    return comparable(this.engine.counters());
  }
}

/** How often the same record came again is all that a crash may change. */
export function comparable(
  counters: Readonly<Record<string, SourceCounters>>,
): Record<string, Partial<SourceCounters>> {
  return Object.fromEntries(
    Object.entries(counters).map(([source, { known: _again, ...counted }]) => [source, counted]),
  );
}

/** What the service says. */
export async function byService(transport: Transport, { serving }: Programs, t: number): Promise<Everything> {
  const plans = new Map(serving.served.map(served => [served.name, accessorPlanOf(served)]));
  const everything = new Map<string, Values>();
  for (const { kind, name, keys } of everyKey(serving)) {
    const { values, at } = await transport.read({ kind, name, keys, at: t }, plans.get(name)!);
    if (at !== t) throw new Error(`${name}: asked at ${t}, answered at ${at}`);
    for (const [i, key] of keys.entries()) everything.set(placeOf(name, key), values[i]!);
  }
  return everything;
}

/** What SQL says over the history, at the same frontier. */
export async function byHistory(
  db: AnyDatabase,
  { serving, sql }: Programs,
  frontier: readonly FrontierEntry[],
  t: number,
): Promise<Everything> {
  const everything = new Map<string, Values>();
  for (const { kind, name, keys } of everyKey(serving)) {
    const rows = await trainingSet(db, sql, {
      read: kind === 'group' ? { group: name } : { vector: name },
      spine: keys.map(request => ({ t, request })),
      known: { kind: 'frontier', positions: frontier },
      labels: false,
    });
    for (const [i, key] of keys.entries()) everything.set(placeOf(name, key), rows[i] as Values);
  }
  return everything;
}

/** A position within its source as text. */
export function positionOf({
  topic = 0,
  epoch = 0,
  partition,
  offset,
}: Pick<SourceRecord, 'topic' | 'epoch' | 'partition' | 'offset'>): string {
  return `${topic}/${epoch}/${partition}/${offset}`;
}

function placeOf(name: string, key: Key): string {
  return `${name} ${JSON.stringify(key)}`;
}

/** Features that two sides tell differently, in words. */
export function differences(expected: Everything, actual: Everything): string[] {
  return [...expected].flatMap(([place, values]) =>
    Object.keys({ ...values, ...actual.get(place) }).flatMap(feature => {
      const other = actual.get(place)?.[feature];
      return isSame(values[feature], other)
        ? []
        : [`${place} ${feature}: ${String(values[feature])}, but ${String(other)}`];
    }),
  );
}

/** How many values of features there are. */
export function valuesIn(everything: Everything): number {
  return [...everything.values()].reduce((sum, values) => sum + Object.keys(values).length, 0);
}
