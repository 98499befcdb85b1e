import { defineConfig } from 'vitest/config';

// Threads without isolation: the files share nothing mutable, and starting eleven isolates costs more
// than running them.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    // These have a configuration of their own: vitest.live.config.ts.
    exclude: ['**/node_modules/**', '**/*.live.test.ts'],
    setupFiles: ['test/support/plain-output.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    // For what hangs; a machine that is busy may take its time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
