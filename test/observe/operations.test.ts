import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Metrics } from '../../runtime/observe/index.ts';

test('docs/operations.md tells of every metric of ours, and of no other', async () => {
  const metrics = new Metrics({
    plan: { abi: 1, fingerprint: 'abc', sources: [], served: [] },
    version: '1.2.3',
    process: false,
    values: { every: 1, window: 1 },
    now: () => 0,
    random: () => 0,
  });
  metrics.observe({
    counters: () => ({}),
    notFinite: () => ({}),
    lag: () => [],
    health: () => ({}),
    state: () => ({ bytes: 0, ceiling: null, paused: false }),
    checkpoint: () => ({ age: null, bytes: null }),
    archive: () => null,
    ready: () => true,
  });
  const names = [...(await metrics.text()).matchAll(/^# HELP (\S+) .{20,}$/gm)].map(match => match[1]!);
  const page = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');
  const reference = page.slice(page.indexOf('## Metrics'), page.indexOf('## What to alert on'));
  const told = [...reference.matchAll(/\b((?:skewless|feature)_[a-z_]+)\b/g)].map(match => match[1]!);
  expect([...new Set(told)].sort()).toEqual([...names].sort());
  // An alarm on a metric that is not there would never ring.
  const alerts = [...page.matchAll(/\b(skewless_[a-z_]+)\b/g)].map(match => match[1]!);
  expect(alerts.filter(name => !names.includes(name))).toEqual([]);
});
