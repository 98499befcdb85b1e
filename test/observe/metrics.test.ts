import { describe, expect, test } from 'vitest';
import type { SourceCounters } from '../../runtime/engine/record.ts';
import { Metrics } from '../../runtime/observe/index.ts';
import type { LagReading, MetricsOptions, Observed } from '../../runtime/observe/index.ts';
import type { ServedFeature, ServingPlan } from '../../runtime/serve/plan.ts';

const feature = (name: string, type: ServedFeature['type']): ServedFeature => ({
  name,
  type,
  nullable: true,
  doc: null,
  fingerprint: 'f',
  version: 1,
});

const plan: ServingPlan = {
  abi: 1,
  fingerprint: 'abc',
  sources: [
    {
      kind: 'stream',
      name: 'flights',
      doc: null,
      topics: ['departures'],
      arrival: 'log',
      time: null,
      columns: [],
    },
  ],
  served: [
    {
      kind: 'group',
      name: 'airport',
      doc: null,
      owner: null,
      fingerprint: 'g',
      inputs: [],
      features: [
        feature('n', { kind: 'int' }),
        feature('last', { kind: 'text' }),
        feature('on', { kind: 'boolean' }),
      ],
    },
  ],
};

const noCounts = { counted: 0, late: 0, early: 0, repeat: 0, known: 0, tombstone: 0, notice: 0, refused: {} };

/** A service of which everything can be set. */
class Fake implements Observed {
  flights: SourceCounters = noCounts;
  partitions: LagReading[] = [];
  inputs = { airport: { n: 0 } };
  counters = (): Record<string, SourceCounters> => ({ flights: this.flights });
  notFinite = (): Record<string, Record<string, number>> => this.inputs;
  lag = (): LagReading[] => this.partitions;
  health = (): Record<string, 'running' | 'away'> => ({ kafka: 'running', redis: 'away' });
  state = () => ({ bytes: 1000, ceiling: null, paused: false });
  checkpoint = (): { age: number | null; bytes: number | null } => ({ age: null, bytes: null });
  archive = () => null;
  ready = (): boolean => true;
}

let now = 0;
const metrics = (more: Partial<MetricsOptions> = {}): Metrics =>
  new Metrics({
    plan,
    version: '1.2.3',
    process: false,
    values: { every: 1, window: 600_000_000 },
    now: () => now,
    random: () => 0,
    ...more,
  });

/** The samples of `/metrics` whose line begins so. */
async function samples(of: Metrics, start: string): Promise<string[]> {
  return (await of.text()).split('\n').filter(line => line.startsWith(start));
}

describe('reads', () => {
  test('are a histogram by what is served, in the form that Prometheus reads', async () => {
    const all = metrics();
    all.onRead('airport', 3, 0.000_015);
    all.onRead('airport', 1, 0.000_4);
    all.onRead('airport', 1, 99);
    const lines = await samples(all, 'feature_computation_duration_seconds');
    expect(lines).toContain('feature_computation_duration_seconds_bucket{served="airport",le="0.00001"} 0');
    expect(lines).toContain('feature_computation_duration_seconds_bucket{served="airport",le="0.00002"} 1');
    expect(lines).toContain('feature_computation_duration_seconds_bucket{served="airport",le="0.0005"} 2');
    expect(lines).toContain('feature_computation_duration_seconds_bucket{served="airport",le="10"} 2');
    expect(lines).toContain('feature_computation_duration_seconds_bucket{served="airport",le="+Inf"} 3');
    expect(lines).toContain('feature_computation_duration_seconds_count{served="airport"} 3');
    expect(await samples(all, 'skewless_keys_read_total{')).toEqual([
      'skewless_keys_read_total{served="airport"} 5',
    ]);
    expect(await all.text()).toContain('# TYPE feature_computation_duration_seconds histogram');
  });

  test('are counted by transport and result; a name that clients make up is no label', async () => {
    const all = metrics();
    all.onRequest('http', 'airport', 200, 2, 0.001);
    all.onRequest('tcp', 'airport', 'ok', 1, 0.001);
    all.onRequest('http', 'airprot', 'unknown_name', 0, 0.001);
    expect(await samples(all, 'skewless_requests_total{')).toEqual([
      'skewless_requests_total{transport="http",served="airport",result="ok"} 1',
      'skewless_requests_total{transport="http",served="",result="unknown_name"} 1',
      'skewless_requests_total{transport="tcp",served="airport",result="ok"} 1',
    ]);
    expect(await samples(all, 'skewless_request_keys_sum')).toEqual([
      'skewless_request_keys_sum{transport="http"} 2',
      'skewless_request_keys_sum{transport="tcp"} 1',
    ]);
  });

  test('of the last seconds have rates and quantiles', () => {
    now = 0;
    const all = metrics();
    const service = new Fake();
    all.observe(service);
    for (let second = 1; second <= 20; second += 1) {
      now = second * 1_000_000;
      for (let i = 0; i < 100; i += 1) all.onRead('airport', 2, i < 98 ? 0.000_015 : 0.004);
      service.flights = { ...noCounts, counted: 50 * second, refused: { 'not-json': second } };
      all.tick();
    }
    const { reads, events } = all.recent();
    expect(events).toEqual({ flights: 51 });
    expect(reads).toHaveLength(1);
    expect(reads[0]).toMatchObject({ served: 'airport', total: 2000, perSecond: 100, keysPerSecond: 200 });
    expect(reads[0]!.p50).toBeGreaterThan(0.000_01);
    expect(reads[0]!.p50).toBeLessThan(0.000_02);
    expect(reads[0]!.p99).toBeGreaterThan(0.002);
    expect(reads[0]!.p99).toBeLessThan(0.005);
  });

  test('cost less than 100 ns each to count', () => {
    const all = metrics({ values: { every: 1_000_000, window: 600_000_000 }, random: () => 0.5 });
    // Laps so short that few of them are interrupted, and the median is of none that is.
    const count = 1_000;
    const lap = (): number => {
      const started = performance.now();
      for (let i = 0; i < count; i += 1) {
        all.onRead('airport', 1, 0.000_005);
        if (all.wantsValues()) all.observeValues('airport', { n: 1, last: 'a', on: true });
      }
      return ((performance.now() - started) * 1e6) / count;
    };
    const laps = Array.from({ length: 2_001 }, lap).sort((x, y) => x - y);
    expect(laps[1_000]).toBeLessThan(100);
  });
});

describe('records', () => {
  test('are counted from where the process began: what a restored state had counted is taken off', async () => {
    const all = metrics();
    const service = new Fake();
    service.flights = { ...noCounts, counted: 1000, refused: { 'not-json': 7 } };
    service.inputs = { airport: { n: 4 } };
    all.observe(service);
    service.flights = { ...noCounts, counted: 1010, late: 2, refused: { 'not-json': 8, missing: 1 } };
    service.inputs = { airport: { n: 5 } };
    const events = await samples(all, 'skewless_events_total{');
    expect(events).toContain('skewless_events_total{source="flights",fate="counted"} 10');
    expect(events).toContain('skewless_events_total{source="flights",fate="late"} 2');
    expect(events).toContain('skewless_events_total{source="flights",fate="refused"} 2');
    expect(await samples(all, 'skewless_refused_total{')).toEqual([
      'skewless_refused_total{source="flights",reason="not-json"} 1',
      'skewless_refused_total{source="flights",reason="missing"} 1',
    ]);
    expect(await samples(all, 'skewless_not_finite_total{')).toEqual([
      'skewless_not_finite_total{served="airport",feature="n"} 1',
    ]);
  });

  test('that are still to come are told by partition, with the name of the topic', async () => {
    const all = metrics();
    const service = new Fake();
    all.observe(service);
    const place = { source: 'flights', topic: 0, epoch: 0 };
    service.partitions = [
      { ...place, partition: 0, records: 12, seconds: 3.5 },
      { ...place, partition: 1, records: 5, seconds: Infinity },
    ];
    expect(await samples(all, 'skewless_source_lag_records{')).toEqual([
      'skewless_source_lag_records{source="flights",topic="departures",partition="0"} 12',
      'skewless_source_lag_records{source="flights",topic="departures",partition="1"} 5',
    ]);
    // What is not known is left out, and never told as 0.
    expect(await samples(all, 'skewless_source_lag_seconds{')).toEqual([
      'skewless_source_lag_seconds{source="flights",topic="departures",partition="0"} 3.5',
    ]);
    service.partitions = service.partitions.slice(0, 1);
    expect(await samples(all, 'skewless_source_lag_records{')).toHaveLength(1);
  });

  test('have delays', async () => {
    const all = metrics();
    all.observe(new Fake());
    all.onEventDelay('flights', 2);
    all.onEventDelay('unknown', 2);
    expect(await samples(all, 'skewless_event_delay_seconds_count')).toEqual([
      'skewless_event_delay_seconds_count{source="flights"} 1',
    ]);
  });
});

test('state, checkpoints, stores and archive', async () => {
  const all = metrics();
  const service = new Fake();
  all.observe(service);
  expect(await samples(all, 'skewless_checkpoint_age_seconds')).toEqual([]);
  expect(await samples(all, 'skewless_state_ceiling_bytes')).toEqual([]);
  expect(await samples(all, 'skewless_archive_active')).toEqual([]);
  service.checkpoint = () => ({ age: 4, bytes: 99 });
  all.onCheckpoint(0.5, 0.003);
  all.onCheckpointFailed();
  all.onStored('redis', 10);
  all.onStoreFailed('redis');
  all.onArchived(500, 0.2);
  all.onArchiveFailed();
  const expected = [
    'skewless_ready 1',
    'skewless_state_bytes 1000',
    'skewless_paused 0',
    'skewless_connected{part="kafka"} 1',
    'skewless_connected{part="redis"} 0',
    'skewless_checkpoint_age_seconds 4',
    'skewless_checkpoint_bytes 99',
    'skewless_checkpoint_duration_seconds_sum 0.5',
    'skewless_checkpoint_pause_seconds_sum 0.003',
    'skewless_checkpoint_failures_total 1',
    'skewless_store_writes_total{store="redis"} 10',
    'skewless_store_write_failures_total{store="redis"} 1',
    'skewless_archive_rows_total 500',
    'skewless_archive_failures_total 1',
    'skewless_archive_batch_duration_seconds_count 1',
    'skewless_build_info{version="1.2.3",fingerprint="abc"} 1',
  ];
  const lines = (await all.text()).split('\n');
  for (const line of expected) expect(lines).toContain(line);
});

describe('values', () => {
  test('have null shares, means, deviations and quantiles, of the last while alone', async () => {
    now = 0;
    const all = metrics();
    for (let i = 1; i <= 100; i += 1) {
      now += 10_000;
      expect(all.wantsValues()).toBe(true);
      all.observeValues('airport', { n: i, last: i % 4 === 0 ? null : 'ORD', on: i % 2 === 0 });
    }
    const of = (name: string, which: string): Promise<string[]> =>
      samples(all, `skewless_feature_${name}{served="airport",feature="${which}"`);
    const start = (name: string, which: string): string =>
      `skewless_feature_${name}{served="airport",feature="${which}"} `;
    expect(await of('samples', 'n')).toEqual([`${start('samples', 'n')}100`]);
    expect(await of('null_share', 'n')).toEqual([`${start('null_share', 'n')}0`]);
    expect(await of('null_share', 'last')).toEqual([`${start('null_share', 'last')}0.25`]);
    expect(await of('mean', 'n')).toEqual([`${start('mean', 'n')}50.5`]);
    expect(await of('mean', 'on')).toEqual([`${start('mean', 'on')}0.5`]);
    expect(await of('mean', 'last')).toEqual([]);
    expect((await of('stddev', 'n'))[0]).toMatch(/ 29\.01149197588\d*$/);
    const median = (await of('quantile', 'n')).find(line => line.includes('"0.5"'))!;
    expect(Math.abs(Number(median.split(' ')[1]) / 50 - 1)).toBeLessThan(0.004);
    now = 600_000_000;
    expect(await of('samples', 'n')).toEqual([`${start('samples', 'n')}0`]);
    expect(await of('mean', 'n')).toEqual([]);
  });

  test('are a sample of so many answers, drawn at random', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const all = metrics({ values: { every: 16, window: 600_000_000 }, random });
    const sampled = (between: number): number => {
      let wanted = 0;
      for (let i = 0; i < 100_000; i += 1) {
        now += between;
        if (all.wantsValues()) wanted += 1;
      }
      return wanted;
    };
    const slow = sampled(10_000);
    expect(slow).toBeGreaterThan(5900);
    expect(slow).toBeLessThan(6600);
    // 100,000 answers in half a second: some hundred samples do.
    expect(sampled(5)).toBeLessThan(1500);
    expect(sampled(10_000)).toBeGreaterThan(5500);
    expect(metrics({ values: null }).wantsValues()).toBe(false);
  });
});

test('metrics of the process are there, and gone after the end', async () => {
  const all = metrics({ process: true });
  expect(await all.text()).toContain('process_cpu_user_seconds_total');
  expect(all.contentType).toContain('version=0.0.4');
  all.close();
  expect((await all.text()).trim()).toBe('');
});
