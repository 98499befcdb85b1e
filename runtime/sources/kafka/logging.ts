// kafkajs's own log. What an operator must see the source says itself, in its own words.
import { logLevel } from 'kafkajs';
import type { LogEntry, logCreator } from 'kafkajs';
import type { Logger } from 'pino';

/** Of kafkajs's fields: what pino says itself, and stacks. */
const LEFT_OUT = new Set(['message', 'timestamp', 'logger', 'stack']);

/** All of it is detail: what kafkajs calls an error, a connection that is lost, is a matter of course here. */
export function quietLog(logger: Logger): logCreator {
  const child = logger.child({ library: 'kafkajs' });
  return () =>
    ({ namespace, log }: LogEntry) => {
      const fields = Object.entries(log).filter(([name]) => !LEFT_OUT.has(name));
      child.debug({ ...Object.fromEntries(fields), namespace }, log.message);
    };
}

/** kafkajs makes its texts in vain where nobody reads them. */
export function levelOf(logger: Logger): logLevel {
  if (logger.isLevelEnabled('trace')) return logLevel.DEBUG;
  return logger.isLevelEnabled('debug') ? logLevel.INFO : logLevel.NOTHING;
}
