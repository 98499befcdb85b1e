// Control path: the archiver's thread, seen from the one that serves.
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { endMessage, receive } from '../archive/index.ts';
import type {
  ArchiveCommit,
  ArchiveEvents,
  ArchiveHealth,
  ArchiveMessage,
  ArchivePosition,
} from '../archive/index.ts';
import type { SourceEvents } from '../sources/source.ts';
import type { ArchiverData } from './archiver-worker.ts';

/** A thread that ended is started again after so many ms. */
const RESTART = 30_000;
/** What it has in hand when it is to end has so long to be written, ms. */
const FAREWELL = 8_000;

const isSource = import.meta.url.endsWith('.ts');

/** Run from source, a thread of Node 20 reads TypeScript only once it has been taught to, in itself. */
function startThread(workerData: ArchiverData): Worker {
  if (!isSource) return new Worker(new URL('./archiver-worker.js', import.meta.url), { workerData });
  const loader = import.meta.resolve('tsx/esm/api');
  const entry = new URL('./archiver-worker.ts', import.meta.url).href;
  return new Worker(
    `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}); })`,
    { eval: true, workerData, execArgv: ['--conditions=source'] },
  );
}

/** `health` is that of PostgreSQL. */
export interface ArchiverThreadEvents extends SourceEvents {
  committed(commit: ArchiveCommit): void;
  failed(): void;
}

/**
 * Keeps an archiver going beside the service. What ends the archiver (a log that no longer holds what the history
 * lacks, a table that is none of ours) is said aloud and tried again; it never ends serving.
 */
export class ArchiverThread implements ArchiveEvents {
  now: ArchiveHealth = 'connecting';
  detail: string | null = null;
  /** Rows appended, and transactions that failed, since the process began. */
  rows = 0;
  failures = 0;
  /** Where the history stands, in the partitions it has been told of. */
  readonly #positions = new Map<string, ArchivePosition>();
  readonly #data: ArchiverData;
  readonly #log: Logger;
  readonly #events: ArchiverThreadEvents;
  #worker: Worker | null = null;
  #exited: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(data: ArchiverData, log: Logger, events: ArchiverThreadEvents) {
    this.#data = data;
    this.#log = log;
    this.#events = events;
  }

  start(): void {
    const worker = startThread(this.#data);
    this.#worker = worker;
    worker.on('message', (message: ArchiveMessage) => {
      const last = receive(message, this);
      if (last !== null && last.error !== null) this.#ended(last.error);
    });
    worker.on('error', error => this.#ended(error.message));
    this.#exited = new Promise(settle => {
      worker.once('exit', () => {
        settle();
        if (!this.#stopped) this.#timer = setTimeout(() => this.start(), RESTART);
      });
    });
  }

  /** Ends it; what it has in hand is written first, if PostgreSQL takes it in time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#worker?.postMessage(endMessage);
    const timer = setTimeout(() => void this.#worker?.terminate(), FAREWELL);
    await this.#exited;
    clearTimeout(timer);
  }

  positions(): readonly ArchivePosition[] {
    return [...this.#positions.values()];
  }

  health(health: ArchiveHealth, detail: string | null): void {
    this.now = health;
    this.#events.health(isConnected(health) ? 'running' : health, detail);
    if (detail !== null || health === 'archiving') this.detail = detail;
  }

  committed(commit: ArchiveCommit): void {
    this.rows += commit.stored + commit.refused;
    for (const position of commit.positions) {
      const { source, topic, epoch, partition } = position;
      this.#positions.set(`${source}/${topic}/${epoch}/${partition}`, position);
    }
    this.#events.committed(commit);
  }

  failed(message: string): void {
    this.failures += 1;
    this.detail = message;
    this.#events.failed();
  }

  // The archiver's own log says these.
  early(): void {}
  dropped(): void {}

  #ended(reason: string): void {
    this.now = 'stopped';
    this.failed(reason);
    this.#log.error({ reason }, 'the archive cannot go on; serving does, and it is tried again');
  }
}

/** Who waits for its turn has a session all the same. */
function isConnected(health: ArchiveHealth): health is 'archiving' | 'waiting' {
  return health === 'archiving' || health === 'waiting';
}
