import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from 'skewless/runtime';
import { events, given } from 'skewless/testing';
import { pageViews, userViews } from '../features/page-views.ts';
import { program } from '../generated/stream/index.ts';

const views = [
  { view_id: 'a', user_id: 1, page: '/', seconds: 4, viewed_at: '2026-01-01T08:00:00Z' },
  { view_id: 'b', user_id: 1, page: '/prices', seconds: 80, viewed_at: '2026-01-07T10:00:00Z' },
  { view_id: 'c', user_id: 1, page: '/prices', viewed_at: '2026-01-07T10:02:00Z' },
];
const noon = '2026-01-07T12:00:00Z';

test('windows count what lies in them', () => {
  assert.deepEqual(
    given(events(pageViews, ...views))
      .at(noon)
      .features(userViews, { user_id: 1 }),
    {
      views_24h: 2,
      distinct_pages_7d: 2,
      mean_seconds_7d: 42,
      last_3_pages: ['/prices', '/prices', '/'],
      is_reader: true,
    },
  );
});

test('a user never seen has the values of no events', () => {
  assert.deepEqual(
    given(events(pageViews, ...views))
      .at(noon)
      .features(userViews, { user_id: 2 }),
    {
      views_24h: 0,
      distinct_pages_7d: 0,
      mean_seconds_7d: null,
      last_3_pages: [],
      is_reader: false,
    },
  );
});

test('the generated stream says the same', () => {
  const engine = new Engine(program);
  views.forEach((value, offset) => {
    const arrivedAt = Date.parse(value.viewed_at) * 1000;
    const verdict = engine.ingest({ source: 'page_views', partition: 0, offset, arrivedAt, value });
    assert.equal(verdict.kind, 'counted');
  });
  assert.deepEqual(
    engine.readGroup('user_views', { user_id: 1 }, Date.parse(noon) * 1000),
    given(events(pageViews, ...views))
      .at(noon)
      .features(userViews, { user_id: 1 }),
  );
});
