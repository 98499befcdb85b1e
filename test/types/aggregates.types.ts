import { ratio } from 'skewless';
import type { Instant, ValueOf } from 'skewless';
import { events } from './fixtures.ts';
import { holds } from './support.ts';
import type { Same } from './support.ts';

type Kind = 'click' | 'view' | 'purchase';

// count, countDistinct, changes, approxCountDistinct: never null.
const count = events.count({ over: '7d', where: e => e.kind === 'purchase' && !e.bot });
const distinct = events.countDistinct(e => e.category, { over: '7d' });
const changes = events.changes(e => e.device, { over: '1h' });
const approximate = events.approxCountDistinct(e => e.session_id, { over: '30d' });
holds<Same<ValueOf<typeof count>, number>>();
holds<Same<ValueOf<typeof distinct>, number>>();
holds<Same<ValueOf<typeof changes>, number>>();
holds<Same<ValueOf<typeof approximate>, number>>();

// Numbers of numbers: null of nothing, unless a default takes it out.
const sum = events.sum(e => e.revenue, { over: '7d' });
const sumOr = events.sum(e => e.revenue, { over: '7d', default: 0 });
const avg = events.avg(e => e.score);
const stddev = events.stddev(e => e.score, { over: '1d', population: true, scale: 3 });
const variance = events.variance(e => e.revenue, { over: '1d', default: 0 });
const p95 = events.percentile(e => e.score, 0.95, { over: '1d', method: 'disc' });
const median = events.median(e => e.score, { over: '1d' });
const roughly = events.approxPercentile(e => e.score, 0.5, { over: '1d' });
const since = events.timeSince({ unit: 'h', default: -1 });
const between = events.timeBetween({ time: e => e.seen_at });
holds<Same<ValueOf<typeof sum>, number | null>>();
holds<Same<ValueOf<typeof sumOr>, number>>();
holds<Same<ValueOf<typeof avg>, number | null>>();
holds<Same<ValueOf<typeof stddev>, number | null>>();
holds<Same<ValueOf<typeof variance>, number>>();
holds<Same<ValueOf<typeof p95>, number | null>>();
holds<Same<ValueOf<typeof median>, number | null>>();
holds<Same<ValueOf<typeof roughly>, number | null>>();
holds<Same<ValueOf<typeof since>, number>>();
holds<Same<ValueOf<typeof between>, number | null>>();

// Values passed through keep their type.
const first = events.first(e => e.kind);
const last = events.last(e => e.category);
const lastOr = events.last(e => e.kind, { default: 'view' });
const lastThree = events.last(3, e => e.category);
const newest = events.max(e => e.event_time);
const biggest = events.max(e => e.big, { default: 0n });
const smallest = events.min(e => e.category);
const mode = events.mode(e => e.device, { over: '7d' });
const top = events.topK(2, e => e.kind, { over: '7d' });
const list = events.distinct(e => e.session_id, { over: '1h' });
const any = events.any(e => e.bot);
const all = events.all(e => e.bot, { default: false });
holds<Same<ValueOf<typeof first>, Kind | null>>();
holds<Same<ValueOf<typeof last>, string | null>>();
holds<Same<ValueOf<typeof lastOr>, Kind>>();
holds<Same<ValueOf<typeof lastThree>, readonly string[]>>();
holds<Same<ValueOf<typeof newest>, Instant | null>>();
holds<Same<ValueOf<typeof biggest>, bigint>>();
holds<Same<ValueOf<typeof smallest>, string | null>>();
holds<Same<ValueOf<typeof mode>, 'phone' | 'desktop' | null>>();
holds<Same<ValueOf<typeof top>, readonly Kind[]>>();
holds<Same<ValueOf<typeof list>, readonly string[]>>();
holds<Same<ValueOf<typeof any>, boolean | null>>();
holds<Same<ValueOf<typeof all>, boolean>>();

const share = ratio(count, events.count({ over: '7d' }));
const shareOr = ratio(sum, count, { default: 0 });
holds<Same<ValueOf<typeof share>, number | null>>();
holds<Same<ValueOf<typeof shareOr>, number>>();

// @ts-expect-error a misspelt column
events.count({ where: e => e.knd === 'click' });
// @ts-expect-error a comparison that can never be true
events.count({ where: e => e.kind === 'clck' });
// @ts-expect-error a nullable used as a number
events.count({ where: e => e.revenue > 3 });
// @ts-expect-error a nullable in arithmetic
events.sum(e => e.revenue * 2);
// @ts-expect-error a text is no number
events.sum(e => e.category);
// @ts-expect-error a bigint is no number
events.sum(e => e.big);
// @ts-expect-error not a duration
events.count({ over: '7x' });
// @ts-expect-error a misspelt option
events.count({ ovr: '7d' });
// @ts-expect-error a default of another type
events.last(e => e.kind, { default: 'buy' });
// @ts-expect-error a default of another type
events.sum(e => e.revenue, { default: 'none' });
// @ts-expect-error no bounds
events.count({ over: '1h', bounds: '[[' });
// @ts-expect-error a filter must be a boolean
events.count({ where: e => e.kind });
// @ts-expect-error any takes a boolean
events.any(e => e.kind);
// @ts-expect-error a ratio is of numbers
ratio(last, count);
// @ts-expect-error no such unit
events.timeSince({ unit: 'month' });
