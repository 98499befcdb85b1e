// The streaming side. The clock runs around the engine's own work alone, not around making the bytes it is fed.
import { setImmediate as breathe } from 'node:timers/promises';
import { Engine } from '../runtime/index.ts';
import type { StreamProgram } from '../runtime/index.ts';
import type { Values } from './compare.ts';
import { wireRecord } from './flights.ts';
import type { Flights } from './flights.ts';
import type { SpineRow } from './spine.ts';
import type { Progress } from './terminal.ts';

export interface StreamRun {
  /** One for each row of the spine, in order. */
  readonly answers: readonly Values[];
  readonly ingestMs: number;
  readonly readMs: number;
}

const slice = 5_000;

/**
 * Feeds the log to an engine in order of arrival and reads the vector on the way: at each row of the spine when
 * everything that had arrived by then has been consumed, and nothing more. So the stream knows what the training
 * set may know, and a leak from the future would show as a difference.
 */
export async function streamAndRead(
  program: StreamProgram,
  flights: Flights,
  vector: string,
  spine: readonly SpineRow[],
  progress: Progress,
): Promise<StreamRun> {
  const engine = new Engine(program);
  const answers: Values[] = [];
  let ingestMs = 0;
  let readMs = 0;
  const readWhatIsDueBefore = (arrival: number): void => {
    const started = performance.now();
    while (answers.length < spine.length && spine[answers.length]!.t < arrival) {
      answers.push(read(engine, vector, spine[answers.length]!));
    }
    readMs += performance.now() - started;
  };
  for (let start = 0; start < flights.count; start += slice) {
    const end = Math.min(start + slice, flights.count);
    const records = Array.from({ length: end - start }, (_, index) => wireRecord(flights, start + index));
    for (let at = 0; at < records.length;) {
      readWhatIsDueBefore(records[at]!.arrivedAt);
      const nextRead = spine[answers.length]?.t ?? Infinity;
      const started = performance.now();
      for (; at < records.length && records[at]!.arrivedAt <= nextRead; at++) {
        const verdict = engine.ingest(records[at]!);
        if (verdict.kind !== 'counted') throw new Error(`flight ${start + at} is ${verdict.kind}`);
      }
      ingestMs += performance.now() - started;
    }
    progress.update(end);
    await breathe();
  }
  readWhatIsDueBefore(Infinity);
  return { answers, ingestMs, readMs };
}

function read(engine: Engine, vector: string, { origin, destination, distance, t }: SpineRow): Values {
  return engine.readVector(vector, { origin, destination, distance }, t, { before: true });
}
