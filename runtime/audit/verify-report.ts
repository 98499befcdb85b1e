// What a verification found, and how it is counted.
import type { Scalar, Value } from '../history/values.ts';
import type { Behind, EventBehind } from './events-behind.ts';
import type { LookedBehind } from './look-behind.ts';

export interface VerifyReport {
  /** Reads that were computed again. */
  readonly reads: number;
  /** Values that were compared, and how many of them differ. */
  readonly values: number;
  readonly differing: number;
  readonly features: readonly FeatureTally[];
  /** The first of the differences, in the order of the log: newest reads first. */
  readonly differences: readonly Difference[];
  /** Events that are suspected behind those differences, the most suspected first. */
  readonly suspects: readonly Suspect[];
  /** Reads of which the history has not reached what they knew. */
  readonly pending: readonly NamedCount[];
  /** Reads of which retention has dropped what they were made of. */
  readonly gone: readonly (NamedCount & { readonly reason: string })[];
  /** Reads that were answered under another meaning than the program's. */
  readonly otherMeaning: readonly OtherMeaning[];
}

export interface FeatureTally {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly feature: string;
  readonly compared: number;
  readonly differing: number;
}

/** A value that was served and that SQL has otherwise. Instants in µs. */
export interface Difference {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly feature: string;
  readonly request: Readonly<Record<string, Scalar | null>>;
  readonly t: number;
  readonly readAt: number;
  readonly served: Value;
  readonly recomputed: Value;
  /** null: not looked for, as what it needs of the history has gone since. */
  readonly behind: LookedBehind | null;
}

export interface Suspect {
  readonly event: EventBehind;
  /** It is suspected behind so many. */
  readonly differences: number;
  /** Of so many of them it is in the window of no read that agrees. */
  readonly alone: number;
}

export interface NamedCount {
  readonly name: string;
  readonly reads: number;
}

export interface OtherMeaning extends NamedCount {
  readonly kind: 'group' | 'vector';
  readonly fingerprint: string;
  /** The program's; null: it serves nothing of the name. */
  readonly present: string | null;
}

export class VerifyTally {
  #reads = 0;
  readonly #features = new Map<string, { -readonly [K in keyof FeatureTally]: FeatureTally[K] }>();
  readonly #pending = new Map<string, number>();
  readonly #gone = new Map<string, { reads: number; readonly reason: string }>();
  readonly #other = new Map<string, { -readonly [K in keyof OtherMeaning]: OtherMeaning[K] }>();

  /** Counts one read. @returns the features that differ */
  compare(
    { kind, name }: Pick<FeatureTally, 'kind' | 'name'>,
    values: readonly (readonly [feature: string, differs: boolean])[],
  ): readonly string[] {
    this.#reads += 1;
    for (const [feature, differs] of values) {
      const key = `${kind} ${name} ${feature}`;
      const tally = this.#features.get(key) ?? { kind, name, feature, compared: 0, differing: 0 };
      tally.compared += 1;
      tally.differing += differs ? 1 : 0;
      this.#features.set(key, tally);
    }
    return values.flatMap(([feature, differs]) => (differs ? [feature] : []));
  }

  pending(name: string, reads: number): void {
    this.#pending.set(name, (this.#pending.get(name) ?? 0) + reads);
  }

  gone(name: string, reads: number, reason: string): void {
    const known = this.#gone.get(name);
    if (known === undefined) this.#gone.set(name, { reads, reason });
    else known.reads += reads;
  }

  otherMeaning(meaning: Omit<OtherMeaning, 'reads'>): void {
    const key = `${meaning.kind} ${meaning.name} ${meaning.fingerprint}`;
    const counted = this.#other.get(key) ?? { ...meaning, reads: 0 };
    counted.reads += 1;
    this.#other.set(key, counted);
  }

  report(differences: readonly Difference[]): VerifyReport {
    const features = [...this.#features.values()];
    const sum = (of: (tally: FeatureTally) => number): number =>
      features.reduce((all, tally) => all + of(tally), 0);
    return {
      reads: this.#reads,
      values: sum(({ compared }) => compared),
      differing: sum(tally => tally.differing),
      features,
      differences,
      suspects: suspectsOf(differences),
      pending: [...this.#pending].map(([name, reads]) => ({ name, reads })),
      gone: [...this.#gone].map(([name, { reads, reason }]) => ({ name, reads, reason })),
      otherMeaning: [...this.#other.values()],
    };
  }
}

/** The events behind a difference that are suspected: those in the windows of every read that differs. */
export function suspected({ events, common }: Behind): readonly EventBehind[] {
  return events.slice(0, common);
}

/** One event that was altered stands behind every difference that it makes; its neighbours, behind some. */
function suspectsOf(differences: readonly Difference[]): readonly Suspect[] {
  const suspects = new Map<string, { -readonly [K in keyof Suspect]: Suspect[K] }>();
  for (const { behind } of differences) {
    if (behind === null) continue;
    for (const [place, event] of suspected(behind).entries()) {
      const suspect = suspects.get(placeOf(event)) ?? { event, differences: 0, alone: 0 };
      suspect.differences += 1;
      suspect.alone += place < behind.alone ? 1 : 0;
      suspects.set(placeOf(event), suspect);
    }
  }
  return [...suspects.values()].sort((a, b) => b.differences - a.differences || b.alone - a.alone);
}

/** `flights/0/0/2/417`: source, topic, epoch, partition, offset. */
export function placeOf({ source, topic, epoch, partition, offset }: EventBehind): string {
  return `${source}/${topic}/${epoch}/${partition}/${offset}`;
}
