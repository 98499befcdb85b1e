import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { heldFolder, startHeld } from './held-process.ts';
import type { HeldProcess } from './held-process.ts';
import { classPath, findJava, javaRemedies } from './java.ts';
import { askBroker, brokerSettings } from './kafka-server.ts';
import type { KafkaListener, KafkaServer } from './kafka-server.ts';
import { MissingPart } from './missing.ts';
import { freePort } from './ports.ts';
import { untilReady } from './until-ready.ts';

const quietLog = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
/** Small, and quick to start; the compiler is left whole, for benchmarks run on this broker too. */
const jvmFlags = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-Xshare:auto', ...quietLog];

/**
 * A broker of Kafka's own jars, on loopback, in a temporary folder.
 * @throws MissingPart without Java or Maven
 */
export async function startKafkaJars(listeners: readonly KafkaListener[] = []): Promise<KafkaServer> {
  const { java, jars } = await javaAndJars();
  const folder = heldFolder('kafka');
  const log = join(folder.path, 'kafka.log');
  const settings = join(folder.path, 'server.properties');
  const port = await freePort();
  const controllerPort = await freePort();
  await writeFile(
    settings,
    Object.entries({
      ...brokerSettings({ port, controllerPort, host: '127.0.0.1', listeners }),
      'log.dirs': join(folder.path, 'data'),
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const brokers = [`127.0.0.1:${port}`];
  let broker: HeldProcess | undefined;
  const server: KafkaServer = {
    kind: 'jars',
    brokers,
    async start() {
      if (broker !== undefined && !broker.hasEnded()) return;
      const started = startHeld(java, [...jvmFlags, '-cp', jars, 'kafka.Kafka', settings], { log });
      broker = started;
      await untilReady({
        name: 'Kafka',
        attempt: () => askBroker(brokers),
        hasEnded: () => started.hasEnded(),
        log: () => readFile(log, 'utf8'),
      });
    },
    stop: async () => broker?.stop(),
    kill: async () => broker?.kill(),
    async close() {
      await broker?.kill();
      await folder.remove();
    },
  };
  try {
    // With `=`: one in 64 begins with a dash.
    const id = randomBytes(16).toString('base64url');
    await javaTool('kafka.tools.StorageTool', ['format', `--cluster-id=${id}`, '--config', settings]);
    await server.start();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/**
 * Runs one of Kafka's command-line tools and gives what it printed.
 * @param input what it reads from standard input
 */
export async function javaTool(mainClass: string, args: readonly string[], input = ''): Promise<string> {
  const { java, jars } = await javaAndJars();
  const flags = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...quietLog];
  const called = promisify(execFile)(java, [...flags, '-cp', jars, mainClass, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  called.child.stdin?.end(input);
  return (await called).stdout;
}

async function javaAndJars(): Promise<{ readonly java: string; readonly jars: string }> {
  const java = findJava();
  if (java === null) {
    throw new MissingPart('Kafka', 'there is no Java of version 17 or later and no Docker', [
      ...javaRemedies,
      'KAFKA_BROKERS=host:port npm run test:live    (a broker of your own, for what does not stop it)',
    ]);
  }
  return { java, jars: await classPath('kafka') };
}
