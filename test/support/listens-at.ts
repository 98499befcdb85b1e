import { expect } from 'vitest';
import { PATIENCE } from './patient.ts';

/**
 * Where a service that was told to take any free port answers, by its log. A port that a test chose beforehand might
 * be another's by the time it is listened on.
 * @param output what it has printed
 * @param exit settles when it has ended
 */
export async function listensAt(output: () => string, exit: Promise<unknown>): Promise<string> {
  const address = (): string | undefined => /"address":"(http:[^"]+)"/.exec(output())?.[1];
  const ended = exit.then(() => Promise.reject(new Error(`it has ended:\n${output()}`)));
  const listens = expect.poll(address, { timeout: PATIENCE, interval: 50 }).toBeDefined();
  await Promise.race([listens, ended]);
  return address()!;
}
