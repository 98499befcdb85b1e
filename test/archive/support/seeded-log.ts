import { Random } from '../../support/random.ts';
import { FakeLog } from './fake-log.ts';

const start = Date.UTC(2026, 0, 20) * 1000;

/** The same log for the same seed, in whatever process: two streams, three partitions, some records no good. */
export function seededLog(seed: number, records: number): FakeLog {
  const random = new Random(seed);
  // The ends are seen before the first arrival, so that nothing is promised that depends on when the test runs.
  const log = new FakeLog(() => start - 1);
  for (let i = 0; i < records; i += 1) {
    const arrivedAt = start + i * 500_000_000 - random.below(1_000_000_000);
    const good = {
      user_id: random.below(100),
      t: arrivedAt,
      name: `n${i} ${'é'.repeat(random.below(40))}`,
      amount: '0.25',
    };
    log.write({
      ...{ source: random.chance(0.3) ? 'views' : 'clicks', partition: random.below(3), arrivedAt },
      value: random.chance(0.03) ? { user_id: 'no' } : good,
    });
  }
  return log;
}
