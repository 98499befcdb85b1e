import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { statusLines } from '../../cli/status/status-lines.ts';
import { amount, duration, size } from '../../cli/units.ts';
import type { ServiceStatus } from '../../runtime/observe/index.ts';
import { PATIENCE } from '../support/patient.ts';
import { configText, run, start, testProject } from './support.ts';

const counters = {
  counted: 1_450_000,
  late: 3,
  early: 1,
  repeat: 7,
  known: 0,
  tombstone: 0,
  notice: 0,
  refused: {},
};

const running: ServiceStatus = {
  service: 'skewless',
  version: '0.1.0',
  fingerprint: 'abc',
  pid: 42,
  startedAt: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T03:06:00.000Z',
  ready: false,
  reasons: ['views lacks 12 records, up to 40 s old'],
  sources: [
    {
      name: 'views',
      from: 'kafka',
      health: 'running',
      detail: null,
      perSecond: 12_345.6,
      counters: { ...counters, refused: { missing: 2 } },
      partitions: [
        {
          topic: 'page-views',
          epoch: 0,
          partition: 0,
          nextOffset: 100,
          end: 112,
          lagRecords: 12,
          lagSeconds: 40,
        },
        {
          topic: 'page-views',
          epoch: 0,
          partition: 1,
          nextOffset: 7,
          end: null,
          lagRecords: null,
          lagSeconds: null,
        },
      ],
    },
    { name: 'clicks', from: null, health: 'stopped', detail: null, perSecond: 0, counters, partitions: [] },
  ],
  state: { bytes: 3 * 2 ** 30, ceiling: 4 * 2 ** 30, paused: false, rss: 5 * 2 ** 30 },
  checkpoint: {
    directory: '/state',
    at: '2026-01-01T03:05:48.000Z',
    age: 12,
    bytes: 2 ** 20,
    seconds: 0.25,
    failures: 1,
  },
  archive: { role: 'archiving', detail: null, rows: 900, failures: 0, lagRecords: 5, lagSeconds: 1.5 },
  stores: [{ name: 'redis', health: 'away', detail: 'connect ECONNREFUSED', written: 10, failures: 3 }],
  reads: [
    {
      served: 'user_views',
      total: 5000,
      perSecond: 1234.5,
      keysPerSecond: 2469,
      p50: 0.000_012,
      p99: 0.000_09,
    },
  ],
};

test('the status fits a terminal', () => {
  expect(statusLines(running).join('\n')).toBe(`skewless 0.1.0: not ready, up for 3.1 h  features abc, pid 42
  views lacks 12 records, up to 40 s old

sources
  source  from              health   behind  lag  events/s  counted  late, early  repeats  refused
  views   kafka             running       –    –    12,346   1.45 M            4        7        2
  clicks  nothing feeds it  stopped       –    –         0   1.45 M            4        7        0

partitions
  topic       epoch  partition  next offset  end of log  behind   lag
  page-views      0          0          100         112      12  40 s
  page-views      0          1            7           –       –     –

state
  memory      3 GB of 4 GB, process 5 GB
  checkpoint  12 s ago, 1 MB in 250 ms, 1 failed  /state
  archive     archiving, 900 records, behind by 5 records, 1.5 s
  redis       away, 10 keys written, 3 failures: connect ECONNREFUSED

reads of the last 10 s
  group or vector  requests/s  keys/s    p50    p99  requests so far
  user_views            1,235   2,469  12 µs  90 µs            5,000`);
});

test('a checkpoint of an earlier life has no duration, and an archive may be about to begin', () => {
  const begun: ServiceStatus = {
    ...running,
    checkpoint: { ...running.checkpoint, seconds: null, failures: 0 },
    archive: { ...running.archive!, role: 'connecting', rows: 0 },
  };
  expect(statusLines(begun).join('\n')).toContain(`
  checkpoint  12 s ago, 1 MB  /state
  archive     connecting to PostgreSQL, 0 records, `);
});

test('figures have three digits and a unit', () => {
  expect([0, 12.345, 999.6, 45_678, 1_234_567, 2.5e9].map(amount)).toEqual([
    '0',
    '12.3',
    '1,000',
    '45,678',
    '1.23 M',
    '2.5 G',
  ]);
  expect([null, Infinity, 0, 0.000_001_5, 0.25, 61.5, 600, 90_000, 800_000].map(duration)).toEqual([
    '–',
    '–',
    '0 s',
    '1.5 µs',
    '250 ms',
    '61.5 s',
    '10 min',
    '25 h',
    '9.26 d',
  ]);
  expect([null, 0, 1023, 1536, 5 * 2 ** 30].map(size)).toEqual(['–', '0 B', '1,023 B', '1.5 KB', '5 GB']);
});

let server: Server | null = null;
afterEach(() => void server?.close());

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers with a status where the token is right. */
const service = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.headers.authorization !== 'Bearer secret') response.writeHead(401).end('{}');
  else if (request.url === '/status') response.end(JSON.stringify(running));
  else response.writeHead(404).end();
};

describe('a running service', () => {
  test('is asked with the token, and shown', async () => {
    const url = await serve(service);
    const token = { SKEWLESS_TOKEN: 'secret' };
    const [shown, json, refused] = await Promise.all([
      run(['status', '--url', url], token),
      run(['status', '--url', url, '--json'], token),
      run(['status', '--url', url]),
    ]);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('skewless 0.1.0: not ready');
    expect(JSON.parse(json.stdout)).toEqual(running);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('wants a token: set serve.token or SKEWLESS_TOKEN');
  });

  test('is watched until interrupted', async () => {
    const url = await serve(service);
    const {
      process: child,
      stdout,
      exit,
    } = start(['status', '--url', url, '--watch', '0.05'], { SKEWLESS_TOKEN: 'secret' });
    try {
      await expect.poll(() => stdout().split('not ready').length, { timeout: PATIENCE }).toBeGreaterThan(3);
      child.kill('SIGINT');
      expect(await exit).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

test('something else at the address is told from a service', async () => {
  const url = await serve((_request, response) => void response.end('<html>'));
  const { code, stderr } = await run(['status', '--url', url]);
  expect(code).toBe(1);
  expect(stderr).toContain('is no skewless service of this version (HTTP 200 for /status)');
});

describe('where nothing answers', () => {
  test('it says so, and what the disk holds', async () => {
    const project = testProject({ 'skewless.config.ts': configText('{ serve: { http: { port: 9 } } }') });
    try {
      const [shown, json] = await Promise.all([
        run(['status', '--root', project.root]),
        run(['status', '--root', project.root, '--json']),
      ]);
      expect(shown.code).toBe(1);
      expect(shown.stdout).toContain('nothing answers at http://127.0.0.1:9: the connection is refused');
      expect(shown.stdout).toContain(`there is no checkpoint in ${project.root}/.skewless/state`);
      expect(JSON.parse(json.stdout)).toMatchObject({ service: null, checkpoint: null });
    } finally {
      project.remove();
    }
  });
});
