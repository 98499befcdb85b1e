// What a checkpoint costs the service that goes on beside it, and how soon the state is back:
//   npm run bench:checkpoints [keys]
// One group over one stream, about five rows a key, an id and a text each. A shared machine makes wall time a matter of
// luck: times are given by CPU time of the process (all threads: the collector's too), wall time beside it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../generated/stream/index.ts';
import type { Checkpoint } from '../runtime/checkpoints/checkpoint.ts';
import { openCheckpoints } from '../runtime/checkpoints/open-checkpoints.ts';
import type { StoredCheckpoint } from '../runtime/checkpoints/open-checkpoints.ts';
import { Engine } from '../runtime/index.ts';
import type { StreamProgram } from '../runtime/index.ts';
import { Random } from '../test/stream/support/random.ts';
import { heading } from './measure.ts';
import { isoOf } from './shop-log.ts';

const KEYS = Number(process.argv[2] ?? 1_000_000);
const ROWS = KEYS * 5;
const PIECE = 1 << 18;
/** Records of a slice between two pieces: about a millisecond. */
const SLICE = 400;
const START = Date.UTC(2024, 0, 1) * 1000;
/** Six days of rows, so that all lie in the window of seven. */
const STEP = Math.floor((6 * 86_400_000_000) / ROWS);

const only: StreamProgram = {
  ...program,
  groups: program.groups.filter(group => group.name === 'user_behavior'),
  vectors: [],
};
let random = new Random(7);
let offset = 0;

/** `count` records, 5 % of them up to ten minutes late. */
function ingest(engine: Engine, count: number, uniform: boolean): void {
  for (let i = 0; i < count; i += 1) {
    const arrivedAt = START + offset * STEP;
    const user = 1 + (uniform ? offset % KEYS : random.below(KEYS));
    const late = random.chance(0.05) ? random.below(600_000_000) : 0;
    const purchase = random.chance(0.08);
    const value = {
      event_id: offset,
      user_id: user,
      session_id: `s-${user.toString(36)}-${Math.floor(offset / KEYS).toString(36)}`,
      item_id: random.below(50_000),
      event_type: purchase ? 'purchase' : 'view',
      category: random.pick(['books', 'games', 'garden']),
      revenue: purchase ? '12.34' : null,
      event_time: isoOf(arrivedAt - late),
    };
    engine.ingest({ source: 'user_events', partition: 0, offset, arrivedAt, value });
    offset += 1;
  }
}

interface Time {
  readonly wall: number;
  readonly cpu: number;
}

/** ms. */
function timed(run: () => void): Time {
  const wall = performance.now();
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - wall, cpu: (user + system) / 1000 };
}

function line(name: string, value: string, target = ''): void {
  console.log(`  ${name.padEnd(44)}${value}${target === '' ? '' : `   target ${target}`}`);
}

const digits = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
const ms = ({ cpu, wall }: Time): string => `${digits(cpu)} ms (wall ${digits(wall)})`;
const sum = (times: readonly Time[]): Time => ({
  cpu: times.reduce((total, { cpu }) => total + cpu, 0),
  wall: times.reduce((total, { wall }) => total + wall, 0),
});
/** By CPU time. */
const rate = (count: number, milliseconds: number): string => `${(count / milliseconds).toFixed(0)} k/s`;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** The same records into the same state, alone and while a checkpoint is taken. */
function pauses(bytes: Uint8Array): void {
  heading(`A checkpoint of ${KEYS} keys taken between slices of ${SLICE} records, pieces of 256 KiB`);
  const from = offset;
  const slice = (engine: Engine): Time => timed(() => ingest(engine, SLICE, false));
  const again = (): Engine => {
    offset = from;
    random = new Random(8);
    const engine = Engine.restore(only, bytes);
    globalThis.gc?.();
    for (let i = 0; i < 300; i += 1) slice(engine);
    return engine;
  };

  let engine = again();
  const pieces: Time[] = [];
  const during: Time[] = [];
  let checkpoint!: Checkpoint;
  const begin = timed(() => (checkpoint = engine.checkpoint()));
  let written = 0;
  for (;;) {
    let piece: Uint8Array | null = null;
    const time = timed(() => (piece = checkpoint.next(PIECE)));
    if (piece === null) break;
    pieces.push(time);
    written += (piece as Uint8Array).length;
    during.push(slice(engine));
  }
  engine = again();
  const alone = during.map(() => slice(engine));

  const all = sum(pieces);
  const sorted = (by: 'cpu' | 'wall'): number[] => pieces.map(piece => piece[by]).sort((a, b) => a - b);
  const [cpu, wall] = [sorted('cpu'), sorted('wall')];
  const at = (rank: number): Time => ({
    cpu: cpu[Math.ceil(rank * cpu.length) - 1]!,
    wall: wall[Math.ceil(rank * wall.length) - 1]!,
  });
  line('state written', `${mb(written)} in ${pieces.length} pieces`);
  line('begin', ms(begin), '< 5 ms');
  line('piece, median', ms(at(0.5)));
  line('piece, p99', ms(at(0.99)));
  line('piece, longest', ms(at(1)), '< 5 ms');
  line('all pieces', `${ms(all)}, ${mb((written / all.cpu) * 1000)}/s`);
  const [before, after] = [sum(alone).cpu / alone.length, sum(during).cpu / during.length];
  line(
    'ingestion alone, and while one is taken',
    `${rate(SLICE, before)}, ${rate(SLICE, after)}: ${((after / before - 1) * 100).toFixed(1)} % slower`,
    '< 10 %',
  );
}

async function files(engine: Engine): Promise<void> {
  heading('On disk and back');
  const directory = mkdtempSync(join(tmpdir(), 'skewless-bench-'));
  const ignore = (): void => {};
  try {
    const checkpoints = await openCheckpoints({
      directory,
      fingerprint: only.fingerprint,
      now: () => performance.now() * 1000,
      events: { rejected: ignore, written: ignore, failed: ignore, tookOver: ignore, unremoved: ignore },
    });
    const written = await checkpoints.write(engine.checkpoint(), { yield: () => Promise.resolve() });
    line(
      'written and on the disk itself',
      `${mb(written.bytes)} in ${digits(written.duration / 1000)} ms of wall time`,
    );
    let latest: StoredCheckpoint | null = null;
    const started = performance.now();
    const before = process.cpuUsage();
    latest = await checkpoints.latest();
    const { user, system } = process.cpuUsage(before);
    const verified = { wall: performance.now() - started, cpu: (user + system) / 1000 };
    let restored!: Engine;
    const back = timed(() => (restored = Engine.restore(only, latest!.pieces())));
    line('found and verified', ms(verified));
    line('read, checked and restored', ms(back));
    line('recovery, all in', ms(sum([verified, back])), '< 3 s for 1 M keys');
    if (restored.size().rows !== engine.size().rows) throw new Error('rows are lost');
    await checkpoints.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const engine = new Engine(only);
const loading = timed(() => ingest(engine, ROWS, true));
const { keys, rows, texts } = engine.size();
heading(`${keys} keys, ${rows} rows, ${texts} texts, loaded at ${rate(ROWS, loading.cpu)}`);
line('memory of what is held', mb(engine.memory()));
line('memory of all typed arrays of the process', mb(process.memoryUsage().arrayBuffers));
line('asking for it', ms(timed(() => engine.memory())));
const saved = engine.save();
pauses(saved);
pauses(saved);
await files(engine);
