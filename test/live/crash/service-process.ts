import { writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import type { ServiceStatus } from '../../../runtime/observe/status.ts';
import { startHeld } from '../support/held-process.ts';
import type { HeldProcess } from '../support/held-process.ts';
import { until } from '../support/kafka-reading.ts';
import { Life } from './life.ts';

export interface ServiceConfig {
  readonly brokers: readonly string[];
  readonly http: number;
  readonly tcp: number;
  /** `postgres://…` */
  readonly history: string;
  /** Text of a duration. */
  readonly checkpointEvery: string;
  /** Folder of the state, below the project. */
  readonly state?: string;
}

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** `skewless run` in a process of its own, to be killed and started again. */
export class ServiceProcess {
  /** All of them, the one that goes on last. */
  readonly lives: Life[] = [];
  readonly #root: string;
  readonly #config: ServiceConfig;
  #process: HeldProcess | null = null;

  /** @param root the project: its configuration is written there */
  constructor(root: string, config: ServiceConfig) {
    this.#root = root;
    this.#config = config;
    writeFileSync(join(root, 'skewless.config.ts'), configText(config));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#config.http}`;
  }

  get state(): string {
    return join(this.#root, this.#config.state ?? 'state');
  }

  /** This life. */
  get life(): Life {
    return this.lives.at(-1)!;
  }

  start(): Life {
    const life = new Life(join(this.#root, `life-${this.lives.length}.log`));
    this.lives.push(life);
    const node = ['--conditions=source', '--import', 'tsx', join(repository, 'cli', 'index.ts')];
    this.#process = startHeld(process.execPath, [...node, 'run', '--root', this.#root], {
      log: life.log,
      cwd: repository,
    });
    return life;
  }

  /** SIGKILL, at once where its process is known. */
  async kill(): Promise<void> {
    const pid = this.lives.at(-1)?.pid ?? null;
    if (pid !== null && this.#process?.hasEnded() === false) process.kill(pid, 'SIGKILL');
    await this.#process?.kill();
  }

  /** In order, by SIGTERM. */
  async stop(): Promise<void> {
    await this.#process?.stop(30_000);
  }

  /** Null while it does not answer. @throws where it has ended by itself, with what it said */
  async status(): Promise<ServiceStatus | null> {
    if (this.hasEnded()) throw new Error(`the service has ended:\n${this.lastWords()}`);
    try {
      const { statusCode, body } = await request(`${this.url}/status`, { headersTimeout: 5_000 });
      const text = await body.text();
      if (statusCode !== 200) return null;
      const status = JSON.parse(text) as ServiceStatus;
      this.life.pid = status.pid;
      return status;
    } catch {
      return null;
    }
  }

  hasEnded(): boolean {
    return this.#process === null || this.#process.hasEnded();
  }

  /** By topic and partition, the next offset that the state takes; null while it does not answer. */
  async positions(): Promise<ReadonlyMap<string, number> | null> {
    const status = await this.status();
    if (status === null) return null;
    const partitions = status.sources.flatMap(source => source.partitions);
    return new Map(
      partitions.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]),
    );
  }

  async answers(): Promise<boolean> {
    return (await this.status()) !== null;
  }

  /** Whether it may lack records that are in the log: so does what does not answer yet. */
  async isBehind(): Promise<boolean> {
    const status = await this.status();
    const partitions = status?.sources.flatMap(source => source.partitions) ?? [];
    return partitions.length === 0 || partitions.some(({ lagRecords }) => lagRecords !== 0);
  }

  async untilServing(): Promise<void> {
    await this.until('it answers', () => this.answers());
  }

  /** Whether this life has left half a checkpoint behind. */
  async hasLeftPartial(): Promise<boolean> {
    const names = await readdir(this.state).catch(() => []);
    for (const name of names.filter(each => each.endsWith('.partial'))) {
      const { mtimeMs } = await stat(join(this.state, name));
      if (mtimeMs > this.life.startedAt) return true;
    }
    return false;
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    await until(`${what} (the service)`, isSo).catch((cause: unknown) => {
      throw new Error(this.lastWords(), { cause });
    });
  }

  lastWords(): string {
    return this.life.text().split('\n').slice(-30).join('\n');
  }
}

function configText({
  brokers,
  http,
  tcp,
  history,
  checkpointEvery,
  state = 'state',
}: ServiceConfig): string {
  return `export default ${JSON.stringify(
    {
      kafka: { brokers, groupId: 'crash' },
      state: { directory: state, checkpointEvery },
      history: { url: history, batchEvery: '50ms' },
      serve: { http: { port: http }, tcp: { port: tcp }, maxKeys: 10_000 },
      log: { pretty: false },
    },
    null,
    2,
  )};
`;
}
