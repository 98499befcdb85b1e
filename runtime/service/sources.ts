// Control path: which source reads what.
import { readFile } from 'node:fs/promises';
import type { SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';
import { decodeRecord } from '../decode/decode-record.ts';
import type { Programs } from '../config/load-program.ts';
import type { FileSettings, KafkaSettings, Settings } from '../config/settings.ts';
import type { StreamProgram } from '../engine/program.ts';
import type { FrontierEntry } from '../engine/record.ts';
import type { ServedSource, ServingPlan } from '../serve/plan.ts';
import { tlsOf } from './kafka-tls.ts';
import { combine } from '../sources/combine.ts';
import { fileSource } from '../sources/files/index.ts';
import { loadDecoders } from '../sources/decoders.ts';
import { decoding, kafkaSource } from '../sources/kafka/index.ts';
import type { KafkaOptions, KafkaStart, KafkaTopic } from '../sources/kafka/index.ts';
import { SourceError } from '../sources/source.ts';
import type { RecordSource } from '../sources/source.ts';
import type { HealthBoard } from './health.ts';

export interface SourceSurroundings {
  /** The project, absolute. */
  readonly root: string;
  /** Two readers of one instance are two groups to Kafka. */
  readonly reader: 'serve' | 'archive';
  readonly log: Logger;
  /** µs. */
  readonly now: () => number;
  readonly board: HealthBoard;
}

/**
 * Everything that the configuration says records come from, as one source; to be called for each run of it.
 * @throws SourceError where the configuration reads nothing
 */
export async function sourcesOf(
  { serving: plan, stream }: Pick<Programs, 'serving' | 'stream'>,
  { kafka, files }: Pick<Settings, 'kafka' | 'files'>,
  surroundings: SourceSurroundings,
): Promise<() => RecordSource> {
  const topics = topicsOf(plan, files);
  const openers: (() => RecordSource)[] = [];
  if (kafka !== null && topics.length > 0) openers.push(await kafkaOpener(kafka, topics, plan, surroundings));
  for (const [name, file] of Object.entries(files)) {
    const source = plan.sources.find(each => each.name === name);
    if (source === undefined)
      throw new SourceError(`files.${name}: the features have no source of that name`);
    openers.push(fileOpener(source, file, stream, surroundings));
  }
  if (openers.length === 0) {
    throw new SourceError(
      'there is nothing to read: no source has a topic on Kafka and a `kafka` in skewless.config.ts, or a file in `files`',
    );
  }
  return () => combine(openers.map(open => open()));
}

function fileOpener(
  source: ServedSource,
  file: FileSettings,
  { sources }: StreamProgram,
  { log, now, board }: SourceSurroundings,
): () => RecordSource {
  const events = board.of('files');
  const module = sources.find(({ name }) => name === source.name);
  const decode = module?.kind === 'stream' ? { decode: (value: unknown) => decodeRecord(module, value) } : {};
  return () => fileSource({ source, ...file, ...decode, stays: true, logger: log, now, events });
}

/** A source that a file feeds is not read from Kafka as well. */
export function topicsOf(plan: ServingPlan, files: Settings['files']): KafkaTopic[] {
  return plan.sources
    .filter(({ name }) => !Object.hasOwn(files, name))
    .flatMap(({ name, topics, arrival }) =>
      topics.map((topic, place) => ({ source: name, topic, place, arrival })),
    );
}

async function kafkaOpener(
  kafka: KafkaSettings,
  topics: readonly KafkaTopic[],
  { sources }: ServingPlan,
  { root, reader, log, now, board }: SourceSurroundings,
): Promise<() => RecordSource> {
  const { ssl, sasl, fetch, groupId, clientId, start, decoders: modules, ...rest } = kafka;
  const events = board.of('kafka');
  const suffix = reader === 'archive' ? '-archive' : '';
  const options: KafkaOptions = {
    ...rest,
    topics,
    clientId: clientId + suffix,
    groupId: groupId + suffix,
    ...(ssl === null ? {} : { ssl: await tlsOf(ssl) }),
    ...(sasl === null ? {} : { sasl: sasl as SASLOptions }),
    fetch,
    start: reader === 'archive' ? 'earliest' : await startOf(start),
    logger: log,
    now,
    events,
  };
  const decoders = await loadDecoders(root, modules);
  const tables = new Set(sources.filter(({ kind }) => kind === 'table').map(({ name }) => name));
  return () => decoding(kafkaSource(options), { decoders, topics, tables, logger: log, events });
}

async function startOf(start: KafkaSettings['start']): Promise<KafkaStart> {
  if (typeof start === 'string') return start;
  const text = await readFile(start.frontier, 'utf8').catch((error: unknown) => {
    throw new SourceError(`kafka.start: ${String(error)}`);
  });
  return { frontier: readFrontier(text, start.frontier) };
}

/** A frontier as the answers of the service and the checkpoints show it. */
function readFrontier(text: string, file: string): FrontierEntry[] {
  const wrong = (): SourceError =>
    new SourceError(
      `kafka.start: ${file} is not a list of { source, topic, epoch, partition, next_offset } as answers have it`,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw wrong();
  }
  if (!Array.isArray(parsed)) throw wrong();
  return parsed.map((entry: Readonly<Record<string, unknown>> | null) => {
    const { source, topic, epoch, partition, next_offset: nextOffset } = entry ?? {};
    const numbers = [topic, epoch, partition, nextOffset];
    if (typeof source !== 'string' || !numbers.every(number => Number.isSafeInteger(number))) throw wrong();
    return { source, topic, epoch, partition, nextOffset } as FrontierEntry;
  });
}
