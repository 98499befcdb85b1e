import { join } from 'node:path';
import type { Config } from '../../../runtime/config/index.ts';
import type { FrontierEntry } from '../../../runtime/engine/record.ts';
import type { ServiceStatus } from '../../../runtime/observe/status.ts';
import { configText, repository, start, testProject } from '../../cli/support.ts';
import type { Started, TestProject } from '../../cli/support.ts';
import { until } from './kafka-reading.ts';
import { freePort } from './ports.ts';
import { linesWith } from './said.ts';
import type { SaidLine } from './said.ts';

/** `skewless run` on the worked examples: a process of its own, to be killed or asked to end, and started again. */
export class CliService {
  readonly directory: string;
  readonly url: string;
  readonly tcp: { readonly host: string; readonly port: number };
  readonly #project: TestProject;
  #started: Started | null = null;

  private constructor(project: TestProject, http: number, tcp: number) {
    this.#project = project;
    this.directory = join(project.root, 'state');
    this.url = `http://127.0.0.1:${http}`;
    this.tcp = { host: '127.0.0.1', port: tcp };
  }

  /** @param config what it says beside the state and the addresses */
  static async create(config: Omit<Config, 'state' | 'serve' | 'log'>): Promise<CliService> {
    const project = testProject();
    const service = new CliService(project, await freePort(), await freePort());
    const whole: Config = {
      ...config,
      state: { directory: service.directory, checkpointEvery: '1s' },
      serve: { http: { port: Number(new URL(service.url).port) }, tcp: { port: service.tcp.port } },
      log: { pretty: false },
    };
    project.write('live.config.ts', configText(JSON.stringify(whole)));
    return service;
  }

  /** Settles when it answers. @throws with what it said where it ends instead */
  async start(): Promise<void> {
    const config = join(this.#project.root, 'live.config.ts');
    const started = start(['run', '--root', repository, '--config', config]);
    this.#started = started;
    let code: number | null | undefined;
    void started.exit.then(ended => (code = ended));
    await until('the service answers', async () => {
      if (code !== undefined) throw new Error(`it has ended with ${code}:\n${started.stdout()}`);
      return (await this.status().catch(() => null)) !== null;
    });
  }

  /** @throws where it does not answer, with its last words where it has ended */
  async status(): Promise<ServiceStatus> {
    try {
      return (await (await fetch(`${this.url}/status`)).json()) as ServiceStatus;
    } catch (cause) {
      if (this.#started?.process.exitCode == null) throw cause;
      throw new Error(`the service has ended:\n${this.#started.stdout().slice(-2_000)}`, { cause });
    }
  }

  /** By SIGTERM. @returns its exit code */
  async terminate(): Promise<number | null> {
    this.#started!.process.kill('SIGTERM');
    return this.#started!.exit;
  }

  /** By SIGKILL. */
  async kill(): Promise<void> {
    this.#started?.process.kill('SIGKILL');
    await this.#started?.exit;
  }

  /** What it has logged in this life with this message. */
  said(message: string | RegExp): readonly SaidLine[] {
    const lines = this.#started!.stdout().split('\n');
    return linesWith(
      lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line) as SaidLine),
      message,
    );
  }

  /** Where the state stood that it came back with. */
  restoredFrontier(): readonly FrontierEntry[] {
    const [line] = this.said('the state is back');
    return line!['frontier'] as readonly FrontierEntry[];
  }

  async remove(): Promise<void> {
    await this.kill();
    this.#project.remove();
  }
}
