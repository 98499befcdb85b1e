// Control path. Waiting for the turn to archive: one of several replicas has it.
import { Ended, messageOf } from './failure.ts';
import type { ArchiveOptions, Patience } from './options.ts';
import { Session } from './session.ts';
import type { SilentHolder } from './session.ts';
import type { Waits } from './waits.ts';

/**
 * A session that has the turn.
 * @throws Ended
 */
export async function awaitTurn(options: ArchiveOptions, patience: Patience, waits: Waits): Promise<Session> {
  const { postgres, events, log } = options;
  let said = '';
  for (;;) {
    let session: Session | null = null;
    try {
      session = await Session.open(postgres);
      await waitIn(session, options, patience, waits);
      waits.succeeded();
      return session;
    } catch (error) {
      session?.drop();
      if (error instanceof Ended) throw error;
      const detail = messageOf(error);
      if (detail !== said) {
        log.warn({ detail }, 'the archive cannot reach PostgreSQL; it tries on');
        events.health('away', detail);
      }
      said = detail;
      events.failed(detail);
      await waits.afterFailure();
    }
  }
}

async function waitIn(
  session: Session,
  { events, log }: ArchiveOptions,
  patience: Patience,
  waits: Waits,
): Promise<void> {
  const watch = new HolderWatch(patience.stale);
  for (let isFirst = true; !(await session.takeTurn()); isFirst = false) {
    if (isFirst) {
      log.info('another replica archives; this one waits for its turn');
      events.health('waiting', 'another replica archives');
    }
    const silent = watch.see(await session.silentHolder(), performance.now());
    if (silent !== null) {
      log.warn(
        { pid: silent.pid, silentFor: patience.stale },
        'the replica that archives is silent; its session is ended',
      );
      await session.end(silent.pid);
    }
    await waits.wait(patience.turn);
  }
}

/** Tells a holder of the turn that has stopped from one that is between two words. */
export class HolderWatch {
  readonly #stale: number;
  #last: SilentHolder | null = null;
  #from = 0;

  /** @param stale ms */
  constructor(stale: number) {
    this.#stale = stale;
  }

  /** @returns the holder, when the server has waited for its next word for so long */
  see(holder: SilentHolder | null, now: number): SilentHolder | null {
    const isSame = holder !== null && holder.pid === this.#last?.pid && holder.since === this.#last.since;
    if (!isSame) this.#from = now;
    this.#last = holder;
    return isSame && now - this.#from >= this.#stale ? holder : null;
  }
}
