/** For a client that is to be answered, on a machine that may be busy: how long that takes is not what is tested. */
export const patient = { timeout: 60_000, connectTimeout: 60_000 } as const;
