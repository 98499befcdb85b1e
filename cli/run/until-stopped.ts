import type { Logger } from 'pino';

/** A service that runs. */
export interface Running {
  /** Settles when nothing is under way any more; may be called at any time, once. */
  close(): Promise<void>;
  /** Settles when it has ended, by itself too. Rejects where it could not go on, which it has logged itself. */
  readonly finished: Promise<void>;
}

/** What the end of a service depends on. */
export interface Surroundings {
  readonly signals: {
    on(signal: 'SIGINT' | 'SIGTERM', listener: (signal: string) => void): unknown;
    off(signal: 'SIGINT' | 'SIGTERM', listener: (signal: string) => void): unknown;
  };
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/**
 * Starts a service and waits for its end. The first SIGTERM or SIGINT closes it; a second ends the process with 1 at
 * once, which loses nothing, for the state goes on from its last checkpoint. So does one that comes before the service
 * stands, with 0.
 * @returns whether it ended in order
 * @throws what kept it from starting
 */
export async function untilStopped(
  start: () => Promise<Running>,
  { signals, log, exit }: Surroundings,
): Promise<boolean> {
  let service: Running | null = null;
  let closing = false;
  let closed: (inOrder: boolean) => void;
  const stopped = new Promise<boolean>(settle => (closed = settle));
  const onSignal = (signal: string): void => {
    if (closing) {
      log.warn({ signal }, 'stopping at once');
      exit(1);
    } else if (service === null) {
      log.info({ signal }, 'stopped before it had started');
      exit(0);
    } else {
      closing = true;
      log.info({ signal }, 'stopping: answering what is under way, then a checkpoint');
      void closeInOrder(service, log).then(closed);
    }
  };
  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);
  try {
    service = await start();
    const ended = service.finished.then(
      () => (closing ? stopped : true),
      () => false,
    );
    return await Promise.race([ended, stopped]);
  } finally {
    signals.off('SIGINT', onSignal);
    signals.off('SIGTERM', onSignal);
  }
}

async function closeInOrder(service: Running, log: Surroundings['log']): Promise<boolean> {
  try {
    await service.close();
    log.info('stopped');
    return true;
  } catch (error) {
    log.error({ err: error }, 'it could not be stopped in order; it will go on from its last checkpoint');
    return false;
  }
}
