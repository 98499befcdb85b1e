// What servers ask, whatever wire they speak.
import type { FrontierEntry } from '../engine/record.ts';
import type { ReadAnswer, ReadRequest } from '../client/transport.ts';

/** Answers reads from the live state, at once: one thread owns it. Inner values in and out: instants are µs. */
export interface Answerer {
  /** The greatest batch of keys in one request is the servers' to limit. @throws as `Engine.readGroup` */
  answer(request: ReadRequest): ReadAnswer;
  /** The same array until the state has moved on: identity tells whether anything is new. */
  frontier(): readonly FrontierEntry[];
}
