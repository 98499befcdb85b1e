// Control path. The archiver: reads the logs for itself and keeps every record in PostgreSQL, once.
//
//   1. waits for its turn: of several replicas one archives
//   2. makes the database ready, and reads where the history stands
//   3. runs the source from there; what it hands over is decoded and appended, rows and positions in one transaction
//   4. where PostgreSQL is away, what is in hand is kept, the source is paused, and the transaction is made again
//   5. where the turn is lost, everything in hand is dropped, and it begins anew at 1
import { readFrontier } from '../history/frontier.ts';
import { installSchemaOn } from '../history/install.ts';
import { Ended, TurnLost } from './failure.ts';
import { checkRetention, Housekeeping } from './housekeeping.ts';
import { usualPatience } from './options.ts';
import type { ArchiveOptions, Patience } from './options.ts';
import { Pending } from './pending.ts';
import { Pump } from './pump.ts';
import { Reading } from './reading.ts';
import type { Session } from './session.ts';
import { awaitTurn } from './turn.ts';
import { Waits } from './waits.ts';
import { Writer } from './writer.ts';

const usualBatch = { records: 20_000, bytes: 16 * 1024 * 1024, milliseconds: 1_000 };
const usualClockSkew = 5_000_000;
/** What is in hand when the archiver is to end has so long to be written, ms; the log has it still. */
const farewell = 5_000;

/**
 * Archives until `signal` ends it, or a bounded source has ended.
 * @throws SourceError, and ArchiveError where the history, its tables or a retention is none that can be gone on with
 */
export async function archive(options: ArchiveOptions): Promise<void> {
  checkRetention(options);
  const patience = { ...usualPatience, ...options.patience };
  const { events, signal } = options;
  const waits = new Waits(patience, options.random ?? Math.random, signal);
  events.health('connecting', null);
  try {
    for (;;) {
      const session = await awaitTurn(options, patience, waits);
      try {
        await archiveIn(session, options, patience, waits);
        return;
      } catch (error) {
        if (!(error instanceof TurnLost)) throw error;
        options.log.warn({ detail: error.message }, 'the archive starts over from where the history stands');
      }
    }
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  } finally {
    events.health('stopped', null);
  }
}

/** One turn. */
async function archiveIn(
  session: Session,
  options: ArchiveOptions,
  patience: Patience,
  waits: Waits,
): Promise<void> {
  const { program, sql, signal, events } = options;
  const batch = { ...usualBatch, ...options.batch };
  const source = options.source();
  const writer = new Writer(session, options, patience, waits, {
    away: () => source.pause(),
    back: () => source.resume(),
  });
  const end = endOn(signal, () => writer.drop());
  try {
    const frontier = await writer.transaction(async client => {
      await installSchemaOn(client, sql);
      return await readFrontier(client);
    });
    writer.stands(frontier);
    events.health('archiving', null);
    const reading = new Reading(sql, frontier, options.clockSkew ?? usualClockSkew);
    const housekeeping = new Housekeeping(options, patience, writer);
    const pump = new Pump(
      {
        ...{ source, reading, writer },
        pending: new Pending(program, batch),
        milliseconds: batch.milliseconds,
        housekeeping: () => housekeeping.run(),
      },
      options,
    );
    const pumping = pump.run();
    const close = (): void => void source.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    const running = source
      .run(reading.positions(), taken => pump.take(taken))
      .finally(() => {
        signal.removeEventListener('abort', close);
        pump.finish();
      });
    // The pump fails alone, or ends after the source. What the source says of being closed for it is no news.
    running.catch(() => undefined);
    await pumping;
    await running;
  } finally {
    end();
    await source.close();
    await writer.close();
  }
}

/** When it is time to end, `drop` comes in a while. @returns takes it back */
function endOn(signal: AbortSignal, drop: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(drop, farewell);
  };
  signal.addEventListener('abort', start, { once: true });
  return () => {
    signal.removeEventListener('abort', start);
    clearTimeout(timer);
  };
}
