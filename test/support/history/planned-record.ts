/** A record before it has its offset: when it should arrive, and where. */
export interface PlannedRecord {
  readonly source: string;
  readonly partition: number;
  /** The instant it arrives at, in the order of which offsets are given. µs. */
  readonly arrives: number;
  /** The timestamp the record bears, where it is not `arrives`: a broker's clock that runs backwards. */
  readonly stamped?: number;
  /** As JSON will have it; may hold `RawJson`. Bytes: written as they are. */
  readonly value: unknown;
  /** The message's key, as `value`. */
  readonly key?: unknown;
}
