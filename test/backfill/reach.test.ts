import { expect, test } from 'vitest';
import { HistoryBehind } from '../../runtime/history/errors.ts';
import { importTopic } from '../../runtime/history/partitions.ts';
import { reachOf } from '../../runtime/training/history-state.ts';

test('the history reaches as far as its shortest sources, each named once', () => {
  const partitions = [
    { source: 'rides', completeUntil: 9 },
    { source: 'drivers', completeUntil: 5 },
    { source: 'drivers', completeUntil: 5 },
    { source: 'fares', completeUntil: 5 },
  ];
  expect(reachOf(partitions)).toEqual({ completeUntil: 5, shortest: ['drivers', 'fares'] });
});

test('what is lacking is told by its place, of an import by its number', () => {
  const lack = { source: 'rides', needed: 'all', present: 'some' };
  const { message } = new HistoryBehind([
    { ...lack, of: null },
    { ...lack, of: { topic: importTopic, epoch: 3, partition: 0 } },
    { ...lack, of: { topic: 0, epoch: 1, partition: 2 } },
  ]);
  expect(message.split('\n').slice(1)).toEqual([
    '  rides: needs all, has some',
    '  rides, import 3: needs all, has some',
    '  rides, topic 0, epoch 1, partition 2: needs all, has some',
  ]);
});
