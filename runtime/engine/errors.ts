import type { Value } from './value.ts';

/** A read earlier than the state reaches back. */
export class TooFarBack extends Error {
  override readonly name = 'TooFarBack';

  constructor(
    readonly group: string,
    readonly t: number,
    readonly earliest: number,
  ) {
    super(
      `${group} was asked for the instant ${t}, but its state reaches back to ${earliest} only: ` +
        'read later, declare a longer lookback, or ask the backfill',
    );
  }
}

/** A read at an instant that a live service has not reached: answering would move its clock on for all. */
export class TooFarAhead extends Error {
  override readonly name = 'TooFarAhead';

  constructor(
    readonly t: number,
    readonly now: number,
  ) {
    super(
      `a live service cannot read at ${t}, which is after its present instant ${now}: read at or before it`,
    );
  }
}

/** A read's key that is null, missing or not of its type. */
export class InvalidKey extends Error {
  override readonly name = 'InvalidKey';

  constructor(
    readonly group: string,
    readonly key: string,
    expected: string,
    value: Value | undefined,
  ) {
    const given = value == null ? 'null' : `${typeof value} ${String(value)}`;
    super(
      `the key ${key} of ${group} must be a ${expected === 'number' ? 'whole number' : expected}, not ${given}`,
    );
  }
}

/** A group, vector or source that the program does not have. */
export class UnknownName extends Error {
  override readonly name = 'UnknownName';

  constructor(what: 'group' | 'vector' | 'source', wanted: string, known: readonly string[]) {
    super(
      `there is no ${what} '${wanted}'; the program has ${known.length === 0 ? 'none' : known.join(', ')}`,
    );
  }
}

/** A program or a snapshot that this runtime, or this program, cannot take. */
export class IncompatibleProgram extends Error {
  override readonly name = 'IncompatibleProgram';
}
