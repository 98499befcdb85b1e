// The whole service on one screen: what it is made of, how it starts, and how it ends.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Programs, Settings } from '../config/index.ts';
import { EventDelays } from '../observe/event-delays.ts';
import { Metrics } from '../observe/metrics.ts';
import type { MetricsOptions } from '../observe/metrics.ts';
import type { Batch } from '../sources/source.ts';
import { ArchiverThread } from './archiver-thread.ts';
import { Audit } from './audit.ts';
import { stateBuilder } from './build-state.ts';
import { Ceiling } from './ceiling.ts';
import { Checkpointing } from './checkpointing.ts';
import { DurableState } from './durable-state.ts';
import { HealthBoard } from './health.ts';
import { LagMeter } from './lag.ts';
import { LiveState } from './live-state.ts';
import { readiness } from './readiness.ts';
import { RefusalLog } from './refusal-log.ts';
import { startServers } from './servers.ts';
import type { Addresses } from './servers.ts';
import { sourcesOf } from './sources.ts';
import { serviceStatus } from './status.ts';
import { Stores } from './stores.ts';
import { Turns } from './turns.ts';
import { version } from './version.ts';

export interface ServiceOptions {
  /** The project, absolute. */
  readonly root: string;
  readonly config: Settings;
  readonly programs: Programs;
  readonly log: Logger;
  /** µs; the machine's clock unless given. */
  readonly now?: () => number;
}

export interface Service {
  readonly addresses: Addresses;
  /** Ends it in order: no request is dropped, and the state is written once more. */
  close(): Promise<void>;
  /** Settles when it has ended. Rejects where it cannot go on without a wrong answer. */
  readonly finished: Promise<void>;
}

/** Ticks of the engine's clock, ms: often, so that each has little to tidy up. */
const TICK = 20;
const SECOND = 1000;

/**
 * Starts a service: state back from its last checkpoint, or built from the history; sources read on from there,
 * features served meanwhile (`/readyz` says when they have caught up).
 * @throws what keeps it from starting, in words for the operator
 */
export async function runService(options: ServiceOptions): Promise<Service> {
  const { root, config, programs, log, now = () => Date.now() * 1000 } = options;
  const { stream, serving: plan } = programs;
  const startedAt = now();
  const board = new HealthBoard();
  const openSource = await sourcesOf(programs, config, { root, reader: 'serve', log, now, board });
  const metrics = new Metrics({ plan, version, now, random: Math.random, ...metricsOf(config) });
  const build = stateBuilder(programs, config, { now, log });
  const { durable, engine } = await DurableState.open(stream, config.state, { now, log, build });
  const refusals = new RefusalLog(log, now);
  const audit =
    config.audit === null || config.history === null
      ? null
      : new Audit(config.audit, config.history.url, { plan, now, random: Math.random, metrics, log });
  const state = new LiveState(engine, now, {
    refused: verdict => refusals.add(verdict),
    read: (name, keys, seconds) => metrics.onRead(name, keys, seconds),
    wantsValues: () => metrics.wantsValues(),
    values: (name, values) => metrics.observeValues(name, values),
    answered: (request, answer) => audit?.answered(request, answer),
  });
  const source = openSource();
  const delays = new EventDelays(stream, (name, seconds) => metrics.onEventDelay(name, seconds));
  const meter = new LagMeter(now);
  const archiveMeter = new LagMeter(now);
  const lag = () => meter.measure(source.ends(), state.frontier());
  const archiver =
    config.history === null || !config.history.archive
      ? null
      : new ArchiverThread({ root, settings: config }, log, {
          ...board.of('postgres'),
          committed: ({ stored, refused, milliseconds }) =>
            metrics.onArchived(stored + refused, milliseconds / 1000),
          failed: () => metrics.onArchiveFailed(),
        });
  const archiveLag = () => archiveMeter.measure(source.ends(), archiver?.positions() ?? []);
  const ceiling = new Ceiling({
    ceiling: config.state.ceiling,
    held: () => engine.memory(),
    pause: () => source.pause(),
    resume: () => source.resume(),
    changed: (paused, bytes) =>
      paused
        ? log.error(
            { bytes, ceiling: config.state.ceiling },
            'the state is above its ceiling: sources paused',
          )
        : log.info({ bytes }, 'the state is below its ceiling again: sources resumed'),
  });
  let stopping = false;
  const ready = () => {
    const seen = source.ends().map(({ seenAt }) => seenAt);
    const endsAge = (now() - Math.max(...seen)) / 1e6;
    const { maxLag } = config.serve.ready;
    return readiness({ stopping, paused: ceiling.paused, maxLag, lag: lag(), endsAge, board });
  };
  metrics.observe({
    counters: () => engine.counters(),
    notFinite: () => engine.notFinite(),
    lag,
    health: () => board.all(),
    state: () => ({ bytes: engine.memory(), ceiling: config.state.ceiling, paused: ceiling.paused }),
    checkpoint: () => durable.reading(),
    archive: () => (archiver === null ? null : { active: archiver.now === 'archiving', lag: archiveLag() }),
    ready: () => ready().ready,
  });

  const stores = new Stores({
    ...{ config, plan, engine, state, board, metrics, log, ready: () => ready().ready },
  });
  const status = () =>
    serviceStatus({
      ...{
        plan,
        settings: config,
        version,
        startedAt,
        now,
        engine,
        board,
        ceiling,
        durable,
        archiver,
        metrics,
      },
      ...{ lag, archiveLag, ready, frontier: () => state.frontier(), stores: () => stores.status() },
    });
  const catalog = await readFile(join(config.generated, 'catalog.json'), 'utf8').catch(() => null);
  const servers = await startServers({
    ...{ plan, answerer: state, settings: config.serve, metrics, ready, status, catalog, log },
  }).catch(async (error: unknown) => {
    await Promise.all([stores.close(), durable.close()]);
    throw error;
  });

  const checkpointing = new Checkpointing({
    every: config.state.checkpointEvery,
    take: async () => {
      const { frontier, seconds, pause } = await durable.write(engine);
      metrics.onCheckpoint(seconds, pause);
      return frontier;
    },
    committed: frontier => source.commit(frontier),
    failed: () => metrics.onCheckpointFailed(),
  });
  const turns = new Turns([
    { every: TICK, run: () => state.tick() },
    { every: SECOND, run: () => ceiling.check() },
    { every: SECOND, run: () => metrics.tick() },
    { every: SECOND, run: () => refusals.flush() },
    { every: SECOND, run: () => audit?.flush() },
  ]);
  checkpointing.start();
  stores.start();
  archiver?.start();

  // A state that came back above its ceiling takes nothing before there is room.
  ceiling.check();
  const reading = source.run(state.frontier(), async (batch: Batch) => {
    await state.take(batch);
    meter.taken(batch);
    delays.taken(batch);
  });

  const end = async (): Promise<void> => {
    stopping = true;
    await source.close();
    await Promise.all([servers.close(), stores.close(), archiver?.stop()]);
    turns.stop();
    refusals.flush();
    await audit?.close();
    await checkpointing.stop();
    const isSafe = await checkpointing.take();
    await durable.close();
    metrics.close();
    if (!isSafe) throw new Error('the last checkpoint could not be written');
  };
  let closing: Promise<void> | null = null;
  let closed = (): void => undefined;
  const untilClosed = new Promise<void>(settle => {
    closed = settle;
  });
  const close = (): Promise<void> => (closing ??= end().finally(closed));
  const finished = reading.then(
    () => untilClosed,
    async (error: unknown) => {
      log.fatal({ err: error }, 'the sources cannot go on, and the service ends');
      await close().catch(() => undefined);
      throw error;
    },
  );
  finished.catch(() => undefined);
  return { addresses: { http: servers.http, tcp: servers.tcp }, close, finished };
}

function metricsOf({ metrics: { process, values } }: Settings): Pick<MetricsOptions, 'process' | 'values'> {
  return { process, values: values && { ...values, window: values.window * 1000 } };
}
