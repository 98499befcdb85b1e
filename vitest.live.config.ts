import { defineConfig } from 'vitest/config';

/** What needs Kafka, Redis or Debezium: `npm run test:live`. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/live/**/*.live.test.ts'],
    globalSetup: ['test/live/support/global-setup.ts'],
    setupFiles: ['test/support/plain-output.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 30_000,
  },
});
