// Control path. What must hold of the topics before anything is read from them.
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import type { Logger } from 'pino';
import { suggestion } from '../../../kernels/nearest.ts';
import { SourceError } from '../source.ts';
import { failureOf, messageOf } from './failures.ts';
import { stampedByProducer } from './messages.ts';
import type { KafkaTopic } from './options.ts';

/** Topics that were there are not. */
class TopicsAway extends Error {
  override readonly name = 'TopicsAway';
  readonly retriable = true;
}

/**
 * @param wereThere the topics have been read: one that is missing is waited for
 * @throws SourceError for a topic that is not there, or that this client may not see
 */
export async function checkExistence(
  admin: Admin,
  topics: readonly KafkaTopic[],
  wereThere: boolean,
): Promise<void> {
  const present = new Set(await admin.listTopics());
  const missing = topics.filter(({ topic }) => !present.has(topic));
  if (missing.length === 0) return;
  const own = [...present].filter(topic => !topic.startsWith('__'));
  const lines = missing.map(({ topic, source }) => {
    const hint = suggestion(topic, own);
    return `the source '${source}' reads the topic '${topic}', which is not there, or not for this client to see${
      hint === null ? '' : `: ${hint}`
    }`;
  });
  const message = lines.join('\n');
  throw wereThere ? new TopicsAway(message) : new SourceError(message);
}

/**
 * Compares who stamps the topics' records with what was declared. Where this client may not read the topics'
 * configuration, each record's own mark decides instead, as it comes.
 * @throws SourceError for a topic stamped by producers that was not declared so
 */
export async function checkStamps(
  admin: Admin,
  topics: readonly KafkaTopic[],
  logger: Logger,
): Promise<void> {
  const stamps = await stampsOf(admin, topics).catch((error: unknown) => {
    if (failureOf(error) !== 'refused') throw error;
    logger.debug({ reason: messageOf(error) }, 'the configuration of the topics may not be read');
    return new Map<string, string>();
  });
  for (const { topic, source, arrival } of topics) {
    const stamp = stamps.get(topic);
    if (stamp === 'CreateTime' && arrival === 'log')
      throw new SourceError(stampedByProducer(`the topic '${topic}' of the source '${source}'`));
    if (stamp === 'LogAppendTime' && arrival === 'producer')
      logger.warn(
        { topic, source },
        "the broker stamps the records of this topic: `arrival: 'producer'` need not be declared",
      );
  }
}

const STAMP = 'message.timestamp.type';

async function stampsOf(admin: Admin, topics: readonly KafkaTopic[]): Promise<Map<string, string>> {
  const names = [...new Set(topics.map(({ topic }) => topic))];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map(name => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: [STAMP],
    })),
  });
  return new Map(
    resources.flatMap(({ resourceName, configEntries }) =>
      configEntries
        .filter(({ configName }) => configName === STAMP)
        .map(({ configValue }): [string, string] => [resourceName, configValue]),
    ),
  );
}
