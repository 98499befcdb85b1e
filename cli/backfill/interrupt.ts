import { Failure } from '../failure.ts';

/** Where signals come from, and how a process ends. */
export interface Interrupts {
  readonly signals: {
    on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
    off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  };
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly say: (line: string) => void;
}

/** Those of this process. */
export const ofProcess: Interrupts = {
  signals: process,
  exit: code => process.exit(code),
  say: line => console.error(line),
};

/** Runs what may be told to stop: by the first SIGINT or SIGTERM in order, by a second one at once. */
export async function interruptible<T>(
  { signals, exit, say }: Interrupts,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return exit(1);
    say('stopping when what is under way is done; a second signal stops at once, and loses that');
    controller.abort();
  };
  signals.on('SIGINT', stop);
  signals.on('SIGTERM', stop);
  try {
    return await run(controller.signal);
  } catch (error) {
    // What is under way says itself that it goes on. Before that there is nothing but the signal to tell of.
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    throw new Failure('stopped before anything was computed');
  } finally {
    signals.off('SIGINT', stop);
    signals.off('SIGTERM', stop);
  }
}
