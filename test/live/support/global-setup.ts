import type { TestProject } from 'vitest/node';
import { startSharedKafka } from './kafka.ts';
import { redisKind } from './redis.ts';

/**
 * Starts what all live test files of a run share, and says what was found. What is missing fails the tests that need
 * it, with the commands that bring it; the others run.
 */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const began = performance.now();
  console.log(`Redis: ${redisKind()}`);
  try {
    const server = await startSharedKafka();
    const { kind, brokers, container } = server;
    project.provide('kafka', { kind, brokers, ...(container === undefined ? {} : { container }) });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`Kafka: ${kind}, ${brokers.join(', ')} (${seconds} s)`);
    return () => server.close();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    project.provide('kafka', { missing: message });
    console.error(message);
    return async () => undefined;
  }
}
