/** Time, where it passes: a clock that never runs back and something to be woken by. */
export interface Timers {
  /** ms; only differences mean anything. */
  now(): number;
  /** Runs once, `ms` later. @returns what gives it up */
  after(ms: number, run: () => void): () => void;
}

/** The process's own. */
export const processTimers: Timers = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
