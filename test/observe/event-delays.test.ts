import { expect, test } from 'vitest';
import { program } from '../../generated/stream/index.ts';
import { EventDelays } from '../../runtime/observe/index.ts';

const flight = (departure: string): object => ({
  ...{ scheduled_departure: departure, delay: 1, distance: 2, origin: 'ORD', destination: 'LAX' },
});
const arrivedAt = Date.UTC(2026, 0, 1, 12) * 1000;

test('the last record of each batch of a stream tells its delay; what has no event time tells none', () => {
  const told: [string, number][] = [];
  const delays = new EventDelays(program, (source, seconds) => void told.push([source, seconds]));
  const batch = (source: string, ...values: unknown[]) => ({
    source,
    records: values.map((value, offset) => ({ source, partition: 0, offset, arrivedAt, value })),
  });
  delays.taken(batch('flights', flight('2026-01-01T00:00:00Z'), flight('2026-01-01T11:59:30Z')));
  delays.taken(batch('flights', Buffer.from(JSON.stringify(flight('2026-01-01T12:00:01.5Z')))));
  delays.taken(batch('flights', { delay: 'wrong' }));
  delays.taken(batch('flights', Buffer.from('{')));
  delays.taken(batch('orders', {}));
  delays.taken(batch('flights'));
  expect(told).toEqual([
    ['flights', 30],
    ['flights', -1.5],
  ]);
});
