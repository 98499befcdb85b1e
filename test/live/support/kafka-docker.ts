import { createContainer, docker } from './docker.ts';
import { askBroker, brokerSettings } from './kafka-server.ts';
import type { KafkaListener, KafkaServer } from './kafka-server.ts';
import { freePort } from './ports.ts';
import { untilReady } from './until-ready.ts';

/** As compose.yaml has it. */
const image = 'apache/kafka:3.9.1';

/** A broker in a container. It listens on the port that it is published at, so its address holds inside and outside. */
export async function startKafkaDocker(listeners: readonly KafkaListener[] = []): Promise<KafkaServer> {
  const port = await freePort();
  const controllerPort = await freePort();
  const settings = {
    ...brokerSettings({ port, controllerPort, host: '', listeners }),
    'log.dirs': '/tmp/kafka-data',
  };
  const environment = Object.entries(settings).flatMap(([name, value]) => [
    '--env',
    `KAFKA_${name.toUpperCase().replaceAll('-', '___').replaceAll('.', '_')}=${value}`,
  ]);
  const heap = ['--env', 'KAFKA_HEAP_OPTS=-Xms256m -Xmx512m'];
  const ports = [port, ...listeners.map(each => each.port)];
  const publish = ports.flatMap(each => ['--publish', `127.0.0.1:${each}:${each}`]);
  const container = await createContainer(image, [...publish, ...heap, ...environment]);
  const brokers = [`127.0.0.1:${port}`];
  const server: KafkaServer = {
    kind: 'docker',
    brokers,
    container: container.name,
    async start() {
      await container.start();
      await untilReady({
        name: 'Kafka',
        attempt: () => askBroker(brokers),
        hasEnded: () => false,
        log: () => container.logs(),
      });
    },
    stop: () => container.stop(),
    kill: () => container.kill(),
    close: () => container.remove(),
  };
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Runs one of Kafka's command-line tools in the broker's container. */
export async function containerTool(
  container: string,
  mainClass: string,
  args: readonly string[],
  input = '',
): Promise<string> {
  const command = ['/opt/kafka/bin/kafka-run-class.sh', mainClass, ...args];
  return docker(['exec', '--interactive', container, ...command], input);
}
