// Limits for a machine that may be busy: they end what hangs, and are no claim of how long anything takes.

/** For what must come about, ms. A test may take longer, but not twice as long. */
export const PATIENCE = 120_000;

/** For a client that is to be answered. */
export const patient = { timeout: 60_000, connectTimeout: 60_000 } as const;
