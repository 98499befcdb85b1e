import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from '../../support/patient.ts';

export interface Readiness {
  /** As a message has it: `Kafka`. */
  readonly name: string;
  /** Throws while the server does not answer. */
  attempt(): Promise<void>;
  /** Nothing to wait for any more. */
  hasEnded(): boolean;
  /** What the server has printed. */
  log(): Promise<string>;
}

/**
 * Tries until a server answers.
 * @throws with the end of its log when it has ended, or at the deadline
 */
export async function untilReady(readiness: Readiness): Promise<void> {
  const { name } = readiness;
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await readiness.attempt();
    } catch (cause) {
      const ended = readiness.hasEnded();
      if (ended || performance.now() > deadline) {
        const how = ended ? 'ended' : `did not answer within ${PATIENCE / 1000} s`;
        const said = (await readiness.log()).split('\n').slice(-40).join('\n');
        throw new Error(`${name} ${how}:\n${said}`, { cause });
      }
      await sleep(25);
    }
  }
}
