import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { PATIENCE } from '../../support/patient.ts';
import { heldFolder, startHeld } from './held-process.ts';
import type { HeldProcess } from './held-process.ts';
import { classPath, findJava, javaRemedies } from './java.ts';
import { MissingPart } from './missing.ts';
import { freePort } from './ports.ts';
import { untilReady } from './until-ready.ts';

/** Kafka Connect in one process, with Debezium's connector for PostgreSQL. */
export interface TestConnect {
  /** Makes a connector, or changes it, and waits until it and its task run. */
  putConnector(name: string, config: Readonly<Record<string, string>>): Promise<void>;
  removeConnector(name: string): Promise<void>;
  /**
   * Waits until a position beyond the snapshot is stored: from there on the connector goes on after a crash. Before
   * that it would take the snapshot anew, which tells nothing of what was deleted meanwhile.
   */
  untilPositionStored(name: string): Promise<void>;
  /** After `stop` or `kill`: with the connectors it had, from the positions that it has stored. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** What it has printed. */
  log(): Promise<string>;
  close(): Promise<void>;
}

const jvmFlags = [
  '-Xms128m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

/** @throws MissingPart without Java or Maven: Debezium comes of its jars alone */
export async function startConnect(brokers: readonly string[]): Promise<TestConnect> {
  const java = findJava();
  if (java === null) {
    throw new MissingPart('Kafka Connect', 'there is no Java of version 17 or later', [javaRemedies[0]!]);
  }
  const jars = await classPath('connect');
  const folder = heldFolder('connect');
  const log = join(folder.path, 'connect.log');
  const settings = join(folder.path, 'worker.properties');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const plugins = join(folder.path, 'plugins');
  mkdirSync(plugins);
  await writeFile(settings, workerSettings(brokers, url, folder.path, plugins));

  const connectors = new Map<string, Readonly<Record<string, string>>>();
  let worker: HeldProcess | undefined;
  const connect: TestConnect = {
    async putConnector(name, config) {
      connectors.set(name, config);
      await call(url, 'PUT', `/connectors/${name}/config`, config);
      await untilRunning(url, name);
    },
    async removeConnector(name) {
      connectors.delete(name);
      await call(url, 'DELETE', `/connectors/${name}`);
    },
    untilPositionStored: name => untilStored(join(folder.path, 'offsets'), name),
    async start() {
      if (worker !== undefined && !worker.hasEnded()) return;
      const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
      const started = startHeld(java, [...jvmFlags, '-cp', jars, main, settings], { log });
      worker = started;
      await untilReady({
        name: 'Kafka Connect',
        attempt: async () => void (await call(url, 'GET', '/connectors')),
        hasEnded: () => started.hasEnded(),
        log: () => readFile(log, 'utf8'),
      });
      for (const [name, config] of connectors) await connect.putConnector(name, config);
    },
    stop: async () => worker?.stop(),
    kill: async () => worker?.kill(),
    log: () => readFile(log, 'utf8'),
    async close() {
      await worker?.kill();
      await folder.remove();
    },
  };
  try {
    await connect.start();
    return connect;
  } catch (error) {
    await connect.close();
    throw error;
  }
}

function workerSettings(brokers: readonly string[], url: string, folder: string, plugins: string): string {
  const settings = {
    'bootstrap.servers': brokers.join(','),
    listeners: url,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': '100',
    'plugin.path': plugins,
    'plugin.discovery': 'service_load',
    'producer.linger.ms': '0',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** @throws with what Connect said */
async function call(
  url: string,
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { statusCode, body: answer } = await request(url + path, {
    method,
    headersTimeout: PATIENCE,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (statusCode >= 300) throw new Error(`Kafka Connect: ${method} ${path}: ${statusCode} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** The file is a serialized map of JSON texts: a connector's key, and behind it its position. */
async function untilStored(file: string, name: string): Promise<void> {
  const position = new RegExp(`\\["${name}",\\{[^}]*\\}\\][^{]*(\\{[^}]*\\})`);
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const stored = position.exec(await readFile(file, 'latin1').catch(() => ''))?.[1];
    if (stored?.includes('"messageType"') === true) return;
    if (performance.now() > deadline)
      throw new Error(`the connector ${name} stored no position: ${stored ?? 'none'}`);
    await sleep(20);
  }
}

interface Status {
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[];
}

async function untilRunning(url: string, name: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const status = (await call(url, 'GET', `/connectors/${name}/status`).catch(() => null)) as Status | null;
    const states = status === null ? [] : [status.connector, ...status.tasks];
    const failed = states.find(({ state }) => state === 'FAILED');
    if (failed !== undefined) throw new Error(`the connector ${name} failed:\n${failed.trace ?? ''}`);
    if (states.length > 1 && states.every(({ state }) => state === 'RUNNING')) return;
    if (performance.now() > deadline) {
      throw new Error(`the connector ${name} does not run: ${JSON.stringify(status)}`);
    }
    await sleep(50);
  }
}
