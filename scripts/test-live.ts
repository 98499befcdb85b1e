/**
 * `npm run test:live`: the tests against a real Kafka, Redis and Debezium. Each part is found or brought (see
 * test/live/support); one that cannot be had fails the tests that need it, with the command that brings it.
 * `npm run test:live -- kafka` runs the files whose path has `kafka` in it. A test that was not run counts as failed.
 */
import { conclude, vitest } from './checks.ts';

conclude([vitest('live tests', '--config', 'vitest.live.config.ts', ...process.argv.slice(2))], {
  strict: true,
});
