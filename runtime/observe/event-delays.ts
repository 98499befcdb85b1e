// Control path: one record of each batch.
import { decodeRecord } from '../decode/decode-record.ts';
import { Refusal } from '../decode/refusal.ts';
import type { StreamModule, StreamProgram } from '../engine/program.ts';
import type { Batch } from '../sources/source.ts';

/** How long events are under way before they arrive, from the last record of each batch: no cost for the others. */
export class EventDelays {
  readonly #streams: ReadonlyMap<string, StreamModule>;
  readonly #tell: (source: string, seconds: number) => void;

  /** @param tell `Metrics.onEventDelay` */
  constructor({ sources }: Pick<StreamProgram, 'sources'>, tell: (source: string, seconds: number) => void) {
    this.#streams = new Map(
      sources.flatMap(module => (module.kind === 'stream' ? [[module.name, module] as const] : [])),
    );
    this.#tell = tell;
  }

  /** A batch was taken. Tables have no event time; what does not decode has none either. */
  taken({ source, records }: Pick<Batch, 'source' | 'records'>): void {
    const module = this.#streams.get(source);
    const record = records.at(-1);
    if (module === undefined || record === undefined) return;
    const row = decodeRecord(module, record.value);
    if (row instanceof Refusal) return;
    const eventTime = module.eventTime(row);
    if (Number.isFinite(eventTime)) this.#tell(source, (record.arrivedAt - eventTime) / 1e6);
  }
}
