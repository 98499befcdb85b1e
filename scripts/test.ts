/**
 * `npm test`: types, lint, generated files, tests; all of them, whatever fails. Ends with `N passed, N failed`,
 * where a step counts as one test and each test of vitest as itself. Exit code 1 where anything failed; with
 * `-- --strict` also where a test was not run. `-- --strict --without-python`: those apart that read training sets
 * with Python, on a machine that has none.
 */
import { readdirSync } from 'node:fs';
import { conclude, step, vitest } from './checks.ts';

const live = readdirSync('test/live', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.live.test.ts'))
  .sort();

conclude(
  [
    step('types', 'typecheck'),
    step('lint', 'lint'),
    step('generated files are up to date', 'generate', '--check'),
    vitest('tests'),
  ],
  {
    strict: process.argv.includes('--strict'),
    excused: process.argv.includes('--without-python') ? ['test/training-io/python-readers.test.ts'] : [],
    remarks: [
      `left to \`npm run test:live\`, which brings Kafka, Redis and Debezium (Java 17 and Maven, or Docker; redis-server): test/live/{${live.join(',')}}`,
    ],
  },
);
