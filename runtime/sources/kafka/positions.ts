// Control path. Where reading stands and where it begins.
import type { FrontierEntry } from '../../engine/record.ts';
import { SourceError } from '../source.ts';
import type { Target } from './messages.ts';
import type { KafkaOptions, KafkaStart } from './options.ts';

export function targetsOf({ topics, epochs = {} }: KafkaOptions): Target[] {
  for (const [topic, epoch] of Object.entries(epochs)) {
    if (!Number.isSafeInteger(epoch) || epoch < 0)
      throw new SourceError(`the epoch of the topic '${topic}' must be 0, 1, 2, …, not ${epoch}`);
  }
  return topics.map(topic => ({ ...topic, epoch: epochs[topic.topic] ?? 0 }));
}

/** What is known of positions before the brokers are asked. */
export class Positions {
  readonly #known = new Map<string, number>();
  /** Topics of which a position of some partition is known: what is new in them is read from its beginning. */
  readonly #begun = new Set<string>();
  readonly #greatest = new Map<string, number>();
  readonly #start: KafkaStart;

  /**
   * @param from the state's
   * @throws SourceError where the state has read a later epoch than is configured
   */
  constructor(from: readonly FrontierEntry[], targets: readonly Target[], start: KafkaStart) {
    this.#start = start;
    if (typeof start === 'object') for (const entry of start.frontier) this.#add(entry);
    for (const entry of from) this.#add(entry);
    for (const target of targets) this.#checkEpoch(target, from);
  }

  /** The stored position, or where the log is to be entered. */
  of(target: Target, partition: number): number | 'earliest' | 'latest' {
    const known = this.#known.get(keyOf(target.source, target.place, target.epoch, partition));
    if (known !== undefined) return known;
    return this.#start === 'latest' && !this.hasBegun(target) ? 'latest' : 'earliest';
  }

  /** Whatever its epoch: a topic made anew is read from its beginning. */
  hasBegun({ source, place }: Target): boolean {
    return this.#begun.has(keyOf(source, place));
  }

  /** How many partitions the topic has at least. */
  partitionsOf({ source, place, epoch }: Target): number {
    return (this.#greatest.get(keyOf(source, place, epoch)) ?? -1) + 1;
  }

  /** The topic's partitions have been seen: any that come later are new. */
  begin({ source, place }: Target): void {
    this.#begun.add(keyOf(source, place));
  }

  #add({ source, topic, epoch, partition, nextOffset }: FrontierEntry): void {
    // A partition of which nothing has been taken has no offset.
    if (!Number.isSafeInteger(nextOffset) || nextOffset < 0) return;
    this.#known.set(keyOf(source, topic, epoch, partition), nextOffset);
    this.#begun.add(keyOf(source, topic));
    const place = keyOf(source, topic, epoch);
    this.#greatest.set(place, Math.max(partition, this.#greatest.get(place) ?? 0));
  }

  #checkEpoch({ source, topic, place, epoch }: Target, from: readonly FrontierEntry[]): void {
    const own = from.filter(entry => entry.source === source && entry.topic === place);
    const later = Math.max(epoch, ...own.map(entry => entry.epoch));
    if (later === epoch) return;
    throw new SourceError(
      `the state has read epoch ${later} of the topic '${topic}', but epoch ${epoch} is configured: ` +
        `set kafka.epochs['${topic}'] to ${later}`,
    );
  }
}

function keyOf(source: string, ...numbers: readonly number[]): string {
  return `${numbers.join('/')}/${source}`;
}

/** The log does not reach the position that is to be read next. */
export function beyondEnd(
  { topic, epoch }: Target,
  partition: number,
  position: number,
  end: number,
): SourceError {
  return new SourceError(
    `the topic '${topic}', partition ${partition}, ends at offset ${end}, but ${position} was to be read next: ` +
      'the topic has been made anew, or its log cut. If what it holds now is to be read from its beginning, ' +
      `raise its epoch: set kafka.epochs['${topic}'] to ${epoch + 1}`,
  );
}

/** What was to be read next is gone. */
export function beforeStart(
  { topic }: Target,
  partition: number,
  position: number,
  start: number,
): SourceError {
  return new SourceError(
    `the topic '${topic}', partition ${partition}, begins at offset ${start}, but ${position} was to be read next: ` +
      'the records between were deleted before they were read. Build the state again from history, where they have ' +
      'been archived, or begin with an empty state directory; and give the topic a longer retention ' +
      '(retention.ms, retention.bytes) than the service may be down',
  );
}

/** The state knows partitions that the topic does not have. */
export function fewerPartitions({ topic, epoch }: Target, known: number, found: number): SourceError {
  return new SourceError(
    `the topic '${topic}' has ${found} partitions, but ${known} have been read: it has been made anew. If what it ` +
      `holds now is to be read from its beginning, raise its epoch: set kafka.epochs['${topic}'] to ${epoch + 1}`,
  );
}
